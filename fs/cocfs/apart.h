/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_APART_H
#define COCFS_COCFS_APART_H

#include "base/err.h"
#include "cocfs/options.h"

/*
 * The files that cocfs opens by path while it serves must not be under the mountpoint: cocfs would
 * wait for itself. opts->mountpoint must be resolved before.
 */

/* Checks that the log file (opts->logfile) is not under the mountpoint. Returns 0, or -EINVAL with
 * err. */
int apart_check_log(const struct opts *opts, struct err *err);

/* Checks that the CA file and the credentials are not under the mountpoint. Checks too that the
 * state directory (an absolute path) and the mountpoint are not in each other. Returns 0, or
 * -EINVAL with err. */
int apart_check(const struct opts *opts, const char *state_dir, struct err *err);

#endif
