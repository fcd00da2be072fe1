/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_START_H
#define COCFS_SUBMIT_START_H

#include "submit/state.h"

/* How a submission starts: it gets a slot, and its intent is recorded. */

/* Starts the current submission of its row: at once, or when a slot is free. known: what the ledger
 * has of the row; NULL: this function reads it. Returns 0, also if the submission has ended
 * already; or -errno if it was put back into the queue. */
int submission_start(struct submission *submission, const struct job_record *known);

/* Ends a submission as OUTCOME_HELD if the service holds its content already, as far as the ledger
 * knows. Otherwise returns false. */
bool submission_end_held(struct submission *submission, const struct job_record *job);

/* Records the intent: to create a job, or to update the job that the row is bound to now. Returns 0
 * or -errno. */
int submission_record_intent(struct submission *submission, const struct job_record *job);

/* A timer's callback: fails a submission that has waited too long for its turn. */
void submission_expire(void *data);

#endif
