/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_WAITER_H
#define COCFS_SUBMIT_WAITER_H

#include "submit/state.h"

/* Waiters: what waits for the outcome of a submission, or for a commit of the ledger. */

/* Makes a waiter that is in no list yet. NULL when out of memory. */
struct waiter *waiter_create(const struct engine *engine, submit_done_fn *done, void *data);

/* Frees all waiters of a list without calling their done. */
void waiters_drop(struct waiter_list *waiters);

/* Frees a waiter, and calls its done with result. is_commit: the time of its wait counts in the
 * metric commit_seconds. */
void waiter_answer(struct engine *engine, struct waiter *take_waiter, int result, bool is_commit);

#endif
