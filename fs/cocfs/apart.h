/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_APART_H
#define COCFS_COCFS_APART_H

#include <stdbool.h>

#include "base/err.h"
#include "cocfs/options.h"

/*
 * Checks that the files which cocfs opens by path while it serves are not under the mountpoint:
 * cocfs would wait for itself. Call mountpoint_resolve() on opts->mountpoint before.
 */

/* Checks that the log file (opts->logfile, not NULL) is not under the mountpoint. Returns 0, or
 * -EINVAL with err. */
int apart_check_log(const struct opts *opts, struct err *err);

/* Checks that the CA file, the file of -o profile and the file of credentials are not under the
 * mountpoint. Checks too that neither the state directory (an absolute path) is in the mountpoint,
 * nor the mountpoint in the state directory. Returns 0, or -EINVAL with err filled. */
int apart_check(const struct opts *opts, const char *state_dir, struct err *err);

/* Checks that the file of an ID token is not under the mountpoint. is_mounted: the mount serves
 * already, so symbolic links are not followed: they may lead into the mount. Returns 0, or -EINVAL
 * with err filled. */
int apart_check_token(const struct opts *opts, const char *path, bool is_mounted, struct err *err);

#endif
