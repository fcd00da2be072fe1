/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_STORY_H
#define COCFS_SUBMIT_ADOPTION_STORY_H

#include "submit/state.h"

/* The error texts of a create that may not take the job of its name. Each function fills err. */

/* Another path here has the job of this ID (adopt=name). */
void adoption_story_bound(const struct submission *submission, const char *bound_id,
			  struct err *err);

/* The name remembers the job of an import, and the text is not that job's. */
void adoption_story_remembered(const struct submission *submission,
			       const struct import_record *import, struct err *err);

#endif
