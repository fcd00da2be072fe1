/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_MOUNTPOINT_H
#define COCFS_COCFS_MOUNTPOINT_H

#include <stdbool.h>

#include "base/err.h"

/* The mountpoint: the directory that a space is mounted on. What must be true before the mount, and
 * why a mount has failed. */

/*
 * Makes the path of a mountpoint absolute, in place (*path is allocated, and is replaced). Checks
 * that the mountpoint is a directory. If it has entries, warns in the log, unless nonempty is true.
 * A dead mount on it is no error here: mountpoint_clear() unmounts or reports it. Returns 0, or
 * with err -ENOENT, -ENOTDIR, -EACCES or another error of stat(2).
 */
int mountpoint_resolve(char **path, bool nonempty, struct err *err);

/*
 * Unmounts dead mounts of cocfs from the mountpoint, if this user may, and logs each. A mount is
 * dead if its cocfs was killed: every call in it fails with ENOTCONN. Nothing else is ever
 * unmounted: no live mount, and no mount of another file system. Call this when everything but the
 * mount itself is ready.
 *
 * Returns 0. *ret_lock is -1 if there was no dead mount. Otherwise *ret_lock is a descriptor, and
 * no other cocfs clears this mountpoint until the caller closes it: close it when the new mount is
 * there. Returns -ENOTCONN with err if a dead mount stays; err says how to unmount it.
 */
int mountpoint_clear(const char *path, int *ret_lock, struct err *err);

/* Call this after a failed mount on path. Adds to err how to mend the failure, if that can be found
 * out; otherwise leaves err as it is. allow_other: the mount was tried with allow_other or
 * allow_root. */
void mountpoint_explain(const char *path, bool allow_other, struct err *err);

/* Forbids the kernel to follow symbolic links in the mount (Linux 5.14, root only). Logs a warning
 * if that fails. */
void mountpoint_set_nosymfollow(const char *path);

#endif
