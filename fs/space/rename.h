/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_H
#define COCFS_SPACE_RENAME_H

#include "space/space.h"

/* Ends what a crash left of renames: looks where the inode is. Returns 0 or -errno. */
int rename_recover(struct ledger *ledger, int spool_fd);

#endif
