/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_DECISION_H
#define COCFS_SUBMIT_LOST_DECISION_H

#include "submit/lost.h"

/* Decides which of the jobs on the service each lost create has made. */

/* Could the submission have made this job? No if the job was not shown yet. */
bool lost_create_fits(const struct candidate *candidate, const struct submission *submission);

/* Does the job have the content that the submission has sent, if white space does not count? */
bool lost_create_is_alike(const struct candidate *candidate, const struct submission *submission);

/* Decides for all lost creates of a name, from the candidates that were shown. A create whose job
 * was found leaves the lost answer: nobody asks for it any more. */
void lost_create_decide(struct lost_answer *lost);

#endif
