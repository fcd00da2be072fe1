/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_START_H
#define COCFS_SUBMIT_START_H

#include "submit/state.h"

/* How a submission starts: it gets a slot (one of inflight_max), and its intent is recorded. */

/* Starts the current submission of its row: now, or when a slot is free. known: what the ledger has
 * of the row; NULL: this function reads it. Returns 0, also if the submission has ended within
 * this call. Returns -errno if the ledger failed for a queued submission, which was put back into
 * the queue. */
int submission_start(struct submission *submission, const struct job_record *known);

/* If the service holds the content of a submission already, as far as the ledger knows, ends the
 * submission as OUTCOME_HELD, and returns true. Otherwise does nothing, and returns false. */
bool submission_end_held(struct submission *submission, const struct job_record *job);

/* Records the intent: to create a job, or to update the job that the row is bound to now. Returns 0
 * or -errno. */
int submission_record_intent(struct submission *submission, const struct job_record *job);

/* A timer's callback: fails a submission (data) that has waited too long: for a slot, for the check
 * of the ledger, or behind an earlier submission. */
void submission_expire(void *data);

#endif
