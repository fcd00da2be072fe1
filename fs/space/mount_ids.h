/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_MOUNT_IDS_H
#define COCFS_SPACE_MOUNT_IDS_H

#include <stdbool.h>
#include <sys/types.h>

/* Which mount IDs are ours: /proc/PID/fdinfo shows one beside each inode number. */
struct mount_ids {
	int mount_id;	       /* in our namespace; 0: it cannot be told */
	unsigned major, minor; /* of the mounted file system: the same for every mount of it */
	bool is_shared;	       /* it may be seen in other mount namespaces (mount propagation) */
};

/* Learns them, once the mount is there. When that fails, every mount ID counts as ours. */
void mount_ids_find(const char *mountpoint, struct mount_ids *ret_ids);

/* Is this mount ID, of a descriptor of process or thread pid, one of our mount's? It may be, when
 * nothing says that it is not. */
bool mount_ids_match(const struct mount_ids *ids, pid_t pid, int mount_id);

#endif
