/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_FORGET_H
#define COCFS_SPACE_FORGET_H

#include "space/space.h"

/* Call this function at the end of the mount. Frees the lists of nodes that the kernel has
 * forgotten and that slices were to free. The nodes themselves stay: nodes_finish() frees them. */
void forget_all(struct space *space);

#endif
