/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_STORY_H
#define COCFS_SUBMIT_ADOPTION_STORY_H

#include "submit/state.h"

/* The error texts of a create that may not take the job of its name. Each function fills err. */

/* With adopt=name: bound_id is a job of the create's name, and another path here has the job. If
 * that path is a removed file whose last text is still to be submitted, err says to wait for
 * that. */
void adoption_story_bound(const struct submission *submission, const char *bound_id,
			  struct err *err);

/* The create's path is the name of a removed import, whose job is to be taken, and the text is not
 * that job's. */
void adoption_story_remembered(const struct submission *submission,
			       const struct import_record *import, struct err *err);

#endif
