/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_XATTR_H
#define COCFS_SPACE_XATTR_H

#include <stdbool.h>

/* May a user's program see and set this extended attribute in the spool? No for POSIX ACLs: the
 * spool would keep them, but the kernel above us would not obey them. No for SELinux labels:
 * SELinux labels a FUSE mount as a whole, and a program that gets EOPNOTSUPP asks once, not for
 * each file that it lists. No for the attributes in which cocfs keeps why it refused an attribute
 * of a directory. Yes for all others. */
bool xattr_is_passed(const char *name);

#endif
