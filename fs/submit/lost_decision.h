/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_DECISION_H
#define COCFS_SUBMIT_LOST_DECISION_H

#include "submit/lost.h"

/* Decides which of the jobs on the service each lost create has made. */

/* Could the create have made this job? Yes if name, project, content and the other values that are
 * told are equal. If the content cannot be seen, name and project suffice. No if the job was not
 * shown yet. */
bool lost_create_fits(const struct candidate *candidate, const struct submission *submission);

/* Does the job have the content of the create, if white space does not count? Other values may
 * differ. No if the content cannot be seen, or was not shown yet. */
bool lost_create_is_alike(const struct candidate *candidate, const struct submission *submission);

/* Decides for all lost creates of a name, from the candidates that were shown. A create whose job
 * was found ends, and leaves the lost answer. */
void lost_create_decide(struct lost_answer *lost);

#endif
