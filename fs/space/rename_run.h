/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_RUN_H
#define COCFS_SPACE_RENAME_RUN_H

#include "space/renaming.h"

/* Carries out a rename that puts no new content under a job file name. */

/* Makes a rename in the spool, and gives the nodes their new names. Bindings in the ledger stay as
 * they are. Returns 0, also if both names are of one file and nothing is to do, or -errno. */
int rename_spool(struct space *space, const struct renaming *renaming);

/* Renames with the bindings: the ledger records the rename before and after. Answers req; with
 * EBUSY if a submission is under way for a name that would get other bindings. If a job file may
 * turn out to be a backup (backup.c), row is its row; otherwise 0. */
void rename_bound(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  int64_t row);

#endif
