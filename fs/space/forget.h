/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_FORGET_H
#define COCFS_SPACE_FORGET_H

#include "space/space.h"

/* Drops the nodes that were to be forgotten later, at the end of the mount. nodes_finish() frees
 * them. */
void forget_all(struct space *space);

#endif
