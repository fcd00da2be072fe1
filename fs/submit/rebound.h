/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_REBOUND_H
#define COCFS_SUBMIT_REBOUND_H

#include "submit/state.h"

/* Submissions that were queued before -o rebind: the other copy of the state may have sent them. */

/* Asks the service what became of such a submission, which was taken from the queue and is the
 * current one of its row. Returns 0, or -errno if the submission was put back into the queue. */
int rebound_ask(struct submission *submission);

/* Returns true if REBOUND_DOUBTS_MAX of these submissions are in doubt: then the queue gives out no
 * further one. */
bool rebound_is_full(const struct engine *engine);

/*
 * Call this before a row is committed. A submission from before -o rebind may be queued for the
 * row. Then asks the service first what became of it, and reads again what the ledger has of the
 * row (job).
 *
 * Returns 0, or -errno with err filled. -EBUSY: another submission of the row is under way or in
 * doubt.
 */
int rebound_make_way(struct engine *engine, const char *path, struct job_record *job,
		     struct err *err);

#endif
