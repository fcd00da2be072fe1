/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_REBOUND_H
#define COCFS_SUBMIT_REBOUND_H

#include "submit/state.h"

/* Submissions that were queued before -o rebind: the other copy of the state may have sent them. */

/* Asks the service what became of a submission from before -o rebind. It was taken from the queue,
 * and is the current one of its row. If the service holds its content already, as far as the ledger
 * knows, ends it as OUTCOME_HELD and asks nothing. Returns 0, or -errno if the submission was put
 * back into the queue. */
int rebound_ask(struct submission *submission);

/* Returns true if REBOUND_DOUBTS_MAX submissions are in doubt: then the queue gives out no further
 * one. */
bool rebound_is_full(const struct engine *engine);

/*
 * Call this before a row is committed. If a submission from before -o rebind is queued for the row,
 * begins to ask the service what became of it, and reads *job again from the ledger. Otherwise does
 * nothing.
 *
 * Returns 0, or -errno with err filled: then the row must not be committed. -EBUSY: the queued
 * submission cannot be taken, because another one of the row is under way or in doubt.
 */
int rebound_make_way(struct engine *engine, const char *path, struct job_record *job,
		     struct err *err);

#endif
