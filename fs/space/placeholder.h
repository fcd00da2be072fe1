/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PLACEHOLDER_H
#define COCFS_SPACE_PLACEHOLDER_H

#include "space/space.h"

/* The imports' files in the root of the spool: made and removed for the engine. Call it before the
 * mount, when the spool is open. What was left is put right. Returns 0 or -errno. */
int placeholders_begin(struct space *space);

#endif
