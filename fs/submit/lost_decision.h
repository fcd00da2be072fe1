/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_DECISION_H
#define COCFS_SUBMIT_LOST_DECISION_H

#include "submit/lost.h"

/* Whose the jobs are that lost creates have made. */

/* Could the job be what the submission has sent? A job that was not shown yet could not. */
bool lost_create_fits(const struct candidate *candidate, const struct submission *submission);

/* Has the job the content that the submission has sent, but for white space? */
bool lost_create_is_alike(const struct candidate *candidate, const struct submission *submission);

/* Decides for all lost creates of a name, by the candidates that were shown. Those whose job was
 * found are asked for no more then. */
void lost_create_decide(struct lost_answer *lost);

#endif
