/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_SEARCH_H
#define COCFS_CHECK_SEARCH_H

#include "cocfs-check/checker.h"
#include "job/ignore.h"

/*
 * Checks what an argument names: a file of any name, or the job files below a directory. These are
 * the files that a mount would submit if the directory were copied into it. They are regular, and
 * have a job file's name that ignore does not match; a directory whose name begins with a dot has
 * none. No symbolic link is followed but the argument itself. Files stand in the order of their
 * names; so the names of one directory are in memory at once.
 */
void search_argument(struct checker *checker, const struct ignore *ignore, const char *path);

#endif
