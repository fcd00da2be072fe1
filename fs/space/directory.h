/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DIRECTORY_H
#define COCFS_SPACE_DIRECTORY_H

#include "space/space.h"

/* Closes all open directories at the end of the mount. */
void dir_close_all(struct space *space);

#endif
