/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_MOUNTPOINT_H
#define COCFS_COCFS_MOUNTPOINT_H

#include <stdbool.h>

#include "base/err.h"

/* The directory that a space is mounted on: what must hold of it before, and why a mount failed. */

/*
 * Makes the path absolute, in place (*path is allocated, and is replaced), and looks whether it is
 * a directory; one with entries is logged unless nonempty. A dead mount of cocfs on it is no error:
 * see mountpoint_clear(). Returns 0, or with err -ENOENT, -ENOTDIR, -EACCES and what stat(2) fails
 * with.
 */
int mountpoint_resolve(char **path, bool nonempty, struct err *err);

/*
 * Takes dead mounts of cocfs (killed, so that every call in them is ENOTCONN) from the mountpoint,
 * if this user may, and logs it. Nothing else is ever unmounted: no live mount, none of another
 * file system. To be called when all but the mount itself is ready. Returns 0. *ret_lock is then -1
 * if nothing had to be done, else a descriptor that the caller closes when it has mounted: until
 * then no other cocfs clears this place. Or returns -ENOTCONN with err: a dead mount stays, and the
 * error says how to take it away.
 */
int mountpoint_clear(const char *path, int *ret_lock, struct err *err);

/* The mount on path failed: adds to err what is to be done, where that can be found out.
 * allow_other: the mount was asked for with it. */
void mountpoint_explain(const char *path, bool allow_other, struct err *err);

/* Has the kernel follow no symbolic link in what is mounted there (Linux 5.14; root). Logs a
 * warning if that cannot be had. */
void mountpoint_set_nosymfollow(const char *path);

#endif
