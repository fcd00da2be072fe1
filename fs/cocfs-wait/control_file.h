/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_WAIT_CONTROL_FILE_H
#define COCFS_COCFS_WAIT_CONTROL_FILE_H

#include "base/buf.h"
#include "cocfs-wait/look.h"

/* The files in .coc of the mount that a target is on. name: of the file in .coc. */

/* Opens a file in .coc. Returns a descriptor that the caller closes, or -errno. */
int control_file_open(const struct target *target, const char *name);

/* Appends the whole text of a file in .coc to text, and a NUL that does not count. Returns 0 or
 * -errno. */
int control_file_read(const struct target *target, const char *name, struct buf *text);

#endif
