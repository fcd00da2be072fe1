/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_WAIT_CONTROL_FILE_H
#define COCFS_COCFS_WAIT_CONTROL_FILE_H

#include <stddef.h>

#include "base/buf.h"

/* The files in .coc of a mount. path: any path on the mount. root: the length of the mount's path
 * within path. name: of the file in .coc. */

/* Opens a file in .coc. Returns a descriptor that the caller closes, or -errno. */
int control_file_open(const char *path, size_t root, const char *name);

/* Appends the whole text of a file in .coc to text, and a NUL that does not count. Returns 0 or
 * -errno. */
int control_file_read(const char *path, size_t root, const char *name, struct buf *text);

#endif
