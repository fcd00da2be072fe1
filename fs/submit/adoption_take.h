/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_TAKE_H
#define COCFS_SUBMIT_ADOPTION_TAKE_H

#include "submit/state.h"

/* A create becomes an update of a job that the service has. */

/* The create takes this job, as the service shows it now, and goes on as an update of it. Returns
 * 0. -EPERM: the mount allows no job of such a risk level, and err is filled. Another -errno: it
 * could not be recorded. */
int adoption_take(struct submission *submission, const struct coc_details *details,
		  struct err *err);

/* What was recorded of an adoption may have been undone since: the submission is a create or an
 * update as the ledger has it. Returns 0 or -errno. */
int adoption_restore(struct submission *submission);

#endif
