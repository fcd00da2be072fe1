/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTION_BACKSLASHES_H
#define COCFS_COCFS_OPTION_BACKSLASHES_H

#define FUSE_USE_VERSION 314
#include <fuse_opt.h>

/*
 * Copies the arguments of the command line. In the arguments of -o doubles the backslashes in the
 * values of cocfs' own options, because libfuse's parser removes single ones. Returns 0 and
 * arguments that the caller frees with fuse_opt_free_args(), or -ENOMEM.
 */
int option_keep_backslashes(int argc, char **argv, struct fuse_args *ret_args);

#endif
