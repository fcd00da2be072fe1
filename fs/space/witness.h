/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_WITNESS_H
#define COCFS_SPACE_WITNESS_H

#include "job/record.h"

/* What the spool says of what is recorded, also before there is a space. spool_fd: int *, of the
 * open spool directory. */

/* Is what was to be renamed where it was to go? 1 or 0; rename tells the kinds then. */
int witness_was_renamed(void *spool_fd, struct job_rename *rename);

/* The owner of a file of the spool, and of its directory. A file that is gone has the owner that
 * mounts. Returns 0 or -errno. */
int witness_find_owner(void *spool_fd, const char *path, struct owner *ret_owner);

#endif
