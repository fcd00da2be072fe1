/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_KEPT_ATTRIBUTES_H
#define COCFS_SUBMIT_KEPT_ATTRIBUTES_H

#include "submit/state.h"

/* The attributes of a file's own that stay with the job's name. */

/* The attributes that were committed last for a row and not refused: of what is under way or
 * queued, else of what the service holds. Borrowed: pending keeps those of the queue, and is the
 * caller's to finish. 0 or -errno. */
int kept_find(struct engine *engine, const struct job_record *job,
	      struct ledger_submission *pending, const struct attr_set **ret_last);

/* An attribute is taken from a job file: its name must not keep it. Returns 1 if it was kept, 0 if
 * not, -errno. */
int kept_disown(struct engine *engine, const char *path, enum attr attr);

#endif
