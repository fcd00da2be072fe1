/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_RECOVER_H
#define COCFS_SPACE_RENAME_RECOVER_H

#include "space/space.h"

/* Some renames have ended, and the ledger could not record that. Records it now; the spool shows
 * whether each of them was done. Call this function before a submission: until then a path could
 * have another path's binding. Returns 0, or -errno while the ledger cannot be written. */
int rename_settle(struct space *space);

#endif
