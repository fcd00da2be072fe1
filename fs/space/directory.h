/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DIRECTORY_H
#define COCFS_SPACE_DIRECTORY_H

#include "space/space.h"

/* Closes all open directories of the space, at the end of the mount. No handle of a directory is
 * valid after that. */
void dir_close_all(struct space *space);

#endif
