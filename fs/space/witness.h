/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_WITNESS_H
#define COCFS_SPACE_WITNESS_H

#include "job/record.h"

/* What the spool says about the ledger's records. These functions also work before there is a
 * space. spool_fd is an int *: the open spool directory. */

/* Was a recorded rename carried out in the spool? Returns 1 and sets rename->directory and
 * rename->to_directory; or returns 0. */
int witness_was_renamed(void *spool_fd, struct job_rename *rename);

/* Finds the owner of a file of the spool and of its directory. A file that is gone counts as owned
 * by the user who mounts. Returns 0 or -errno. */
int witness_find_owner(void *spool_fd, const char *path, struct owner *ret_owner);

#endif
