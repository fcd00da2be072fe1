/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_TAKE_H
#define COCFS_SUBMIT_ADOPTION_TAKE_H

#include "submit/state.h"

/* Turns a create into an update of a job that the service has. */

/* Binds the row of a create to the job in details, which shows its newest version, and makes an
 * update of the submission. Returns 0. -EPERM: the mount allows no job of this risk level, and err
 * is filled. Another -errno: the ledger cannot record the binding. */
int adoption_take(struct submission *submission, const struct coc_details *details,
		  struct err *err);

/* Call this when the ledger may have undone what adoption_take() has recorded. If the row is not
 * bound any more, makes the submission a create again. Returns 0 or -errno. */
int adoption_restore(struct submission *submission);

#endif
