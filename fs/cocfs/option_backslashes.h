/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTION_BACKSLASHES_H
#define COCFS_COCFS_OPTION_BACKSLASHES_H

#define FUSE_USE_VERSION 314
#include <fuse_opt.h>

/*
 * The arguments of the command line, so that the values of cocfs' own options after -o keep their
 * backslashes when libfuse has split them. Returns 0 and owned arguments (fuse_opt_free_args()), or
 * -ENOMEM.
 */
int option_keep_backslashes(int argc, char **argv, struct fuse_args *ret_args);

#endif
