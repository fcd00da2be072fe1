/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_RUN_H
#define COCFS_SPACE_RENAME_RUN_H

#include "space/renaming.h"

/* Carries out a rename. rename_spool() does so in the spool alone, also after the commit of new
 * content. rename_bound() does so in the spool and in the bindings (which path has which job). */

/* Makes a rename in the spool, and gives the nodes their new names. Bindings in the ledger stay as
 * they are. Returns 0 or -errno. If both names are hard links of one file, nothing is done, and the
 * result is 0. */
int rename_spool(struct space *space, const struct renaming *renaming);

/* Makes a rename in the spool, and moves the bindings in the ledger along. The ledger records the
 * begin of the rename before, and its end after; nothing if it has no row to move. Answers req;
 * with EBUSY if a submission is unfinished at or below the new name, which would get other bindings
 * (not in an exchange). row: the row of a renamed job file that may turn out to be a backup
 * (backup.c); otherwise 0. */
void rename_bound(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  int64_t row);

#endif
