/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PLACEHOLDER_H
#define COCFS_SPACE_PLACEHOLDER_H

#include "space/space.h"

/* Lets the engine make and remove the files of imports in the spool's root, and repairs files that
 * an earlier run left. An import is a job that no path of the ledger has, shown as a file. Call
 * this function once, when the spool is open and before the mount. Returns 0 or -errno. */
int placeholders_begin(struct space *space);

#endif
