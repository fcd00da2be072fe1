/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_WITNESS_H
#define COCFS_SPACE_WITNESS_H

#include "job/record.h"

/* What the spool says about the ledger's records. These functions also work before there is a
 * space. spool_fd is an int *: the open spool directory. */

/* Was a rename, whose begin the ledger has recorded, carried out in the spool? Returns 1 if it was,
 * and sets rename->directory and rename->to_directory; otherwise 0. */
int witness_was_renamed(void *spool_fd, struct job_rename *rename);

/* Finds the owner and mode of a regular file of the spool, and of its directory. A file or
 * directory that is gone counts as the mounting user's, with mode 0600 or 0700. Returns 0 or
 * -errno. */
int witness_find_owner(void *spool_fd, const char *path, struct owner *ret_owner);

#endif
