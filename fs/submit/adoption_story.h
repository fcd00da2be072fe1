/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_STORY_H
#define COCFS_SUBMIT_ADOPTION_STORY_H

#include "submit/state.h"

/* The error texts of a create that may not take the job of its name. Each function fills err. */

/* For a create with adopt=name: bound_id is a job of the create's name, and another path here has
 * the job. If that path is a removed file whose last text is still to be submitted, err says to
 * wait for that. */
void adoption_story_bound(const struct submission *submission, const char *bound_id,
			  struct err *err);

/* For a create whose path is the name of a removed import, and whose text is not that of the
 * import's job. */
void adoption_story_remembered(const struct submission *submission,
			       const struct import_record *import, struct err *err);

#endif
