/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_START_H
#define COCFS_SUBMIT_START_H

#include "submit/state.h"

/* A submission starts: intent and slot. */

/* Takes the current submission of its row on its way: at once, or when a slot comes free. known is
 * what the ledger knows of the row; NULL: it is looked up. Returns 0, also when it ended already;
 * -errno when it was put back into the queue. */
int submission_start(struct submission *submission, const struct job_record *known);

/* Ends a submission well if the service holds what it says, by what the ledger knows of its row;
 * else returns false. */
bool submission_end_held(struct submission *submission, const struct job_record *job);

/* Records the intent to create, or to update what the row is bound to by now. 0 or -errno. */
int submission_record_intent(struct submission *submission, const struct job_record *job);

/* The submission waited too long for its turn (a timer's callback). */
void submission_expire(void *data);

#endif
