/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_SEARCH_H
#define COCFS_CHECK_SEARCH_H

#include "cocfs-check/checker.h"
#include "job/ignore.h"

/*
 * Checks an argument: a file of any name, or the job files below a directory. These are the files
 * that a mount would submit if the directory were copied into it: regular files with a job file
 * name that ignore does not match. A directory whose name begins with a dot has no job files.
 * Symbolic links are not followed, except the argument itself. Files are checked in the order of
 * their names, so all names of one directory are in memory at once.
 */
void search_argument(struct checker *checker, const struct ignore *ignore, const char *path);

#endif
