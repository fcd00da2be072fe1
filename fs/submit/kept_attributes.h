/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_KEPT_ATTRIBUTES_H
#define COCFS_SUBMIT_KEPT_ATTRIBUTES_H

#include "submit/state.h"

/* The attributes of a file's own that the ledger keeps with the job file name. */

/* Finds the attributes of the newest commit of a row that was not refused. They are those of the
 * submission that is queued, under way or in doubt, else those that were sent last (job->sent).
 * *ret_last is borrowed from job, from the engine or from pending, which the caller zeroes before,
 * and finishes after the use of *ret_last. Returns 0 or -errno. */
int kept_find(struct engine *engine, const struct job_record *job,
	      struct ledger_submission *pending, const struct attr_set **ret_last);

/* Call this when a user removes an attribute from a job file: the name of the file forgets the
 * attribute. Returns 1 if the name had kept it, 0 if not, or -errno. */
int kept_disown(struct engine *engine, const char *path, enum attr attr);

#endif
