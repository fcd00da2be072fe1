/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_XATTR_H
#define COCFS_SPACE_XATTR_H

#include "space/location.h"
#include "space/space.h"

/* What the files of extended attributes share: xattr.c, xattr_list.c. */

/* Is this an attribute that the spool keeps for the mount? POSIX ACLs would be kept by the spool
 * and not be looked at by the kernel above us. SELinux labels a FUSE mount as a whole; a program
 * that hears so asks once, not for each file that it lists. What the mount itself keeps with a
 * directory nobody sees. */
bool xattr_is_passed(const char *name);

/* The path of a node for the xattr calls, which take none of our descriptors. 0 or -errno. */
int xattr_path(struct space *space, struct node *node, char path[LOCATION_PATH_MAX],
	       bool *ret_follow);

#endif
