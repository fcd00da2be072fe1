/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_WAITER_H
#define COCFS_SUBMIT_WAITER_H

#include "submit/state.h"

/* Those who wait for an outcome. */

/* Makes a waiter that is in no list yet. NULL when out of memory. */
struct waiter *waiter_create(const struct engine *engine, submit_done_fn *done, void *data);

/* Drops all waiters of a list. */
void waiters_drop(struct waiter_list *waiters);

/* Answers a waiter, which it takes. is_commit: how long it took is counted. */
void waiter_answer(struct engine *engine, struct waiter *take_waiter, int result, bool is_commit);

#endif
