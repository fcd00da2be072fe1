/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_REBOUND_H
#define COCFS_SUBMIT_REBOUND_H

#include "submit/state.h"

/* What was queued before -o rebind. */

/* Has the service asked what became of such a submission, which was taken from the queue and is
 * current. Returns 0; -errno when it was put back into the queue. */
int rebound_ask(struct submission *submission);

/* Are so many of them in doubt that no other is taken from the queue now? */
bool rebound_is_full(const struct engine *engine);

/*
 * A row is about to be committed. If such a submission is queued for the row, the service is asked
 * first what became of the submission. Then job, what the ledger knows of the row, is read again.
 * Returns 0, or -errno with err filled. -EBUSY: something else of the row is under way or in doubt.
 */
int rebound_make_way(struct engine *engine, const char *path, struct job_record *job,
		     struct err *err);

#endif
