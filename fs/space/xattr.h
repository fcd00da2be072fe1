/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_XATTR_H
#define COCFS_SPACE_XATTR_H

#include <stdbool.h>

/* Is this an attribute that the spool keeps for the mount? POSIX ACLs would be kept by the spool
 * and not be looked at by the kernel above us. SELinux labels a FUSE mount as a whole; a program
 * that hears so asks once, not for each file that it lists. What the mount itself keeps with a
 * directory nobody sees. */
bool xattr_is_passed(const char *name);

#endif
