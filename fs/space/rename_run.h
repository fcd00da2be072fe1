/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_RUN_H
#define COCFS_SPACE_RENAME_RUN_H

#include "space/renaming.h"

/* Doing a rename that puts no new content under a job's name. */

/* Renames in the spool, and tells the nodes. Returns 0 or -errno. */
int rename_spool(struct space *space, const struct renaming *renaming);

/* Renames with the bindings: recorded before it is done, ended after. Answers: -EBUSY while
 * something is under way for what it would put its bindings over. A job file may turn out to be a
 * backup (backup.c): row is its row then, and otherwise 0. */
void rename_bound(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  int64_t row);

#endif
