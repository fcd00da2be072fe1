/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_RECOVER_H
#define COCFS_SPACE_RENAME_RECOVER_H

#include "space/space.h"

/* Ends a rename that was done in the spool and could not be recorded. Nothing may be submitted
 * before: a path could have another one's binding. Returns 0, or -errno while the ledger cannot be
 * written. */
int rename_settle(struct space *space);

#endif
