/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DIRECTORY_H
#define COCFS_SPACE_DIRECTORY_H

#include "space/space.h"

/* Closes the directories that are open when the mount ends. */
void dir_close_all(struct space *space);

#endif
