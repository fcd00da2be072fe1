/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_XATTR_H
#define COCFS_SPACE_XATTR_H

#include <stdbool.h>

/* May a user's program see and set this extended attribute in the spool? Not POSIX ACLs: the spool
 * would keep them, but the kernel above us would not obey them. Not SELinux labels: SELinux labels
 * a FUSE mount as a whole, and a program that gets this answer asks once, not for each file that it
 * lists. Not the attributes that cocfs itself keeps in the spool. */
bool xattr_is_passed(const char *name);

#endif
