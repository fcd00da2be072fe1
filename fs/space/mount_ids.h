/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_MOUNT_IDS_H
#define COCFS_SPACE_MOUNT_IDS_H

#include <stdbool.h>
#include <sys/types.h>

/* The identity of our mount. /proc/PID/fdinfo shows the mount ID of each descriptor beside its
 * inode number. */
struct mount_ids {
	int mount_id; /* our mount's ID in our mount namespace; 0: unknown */
	/* the device number of our file system; each mount of it has the same, under another mount
	 * ID */
	unsigned major, minor;
	/* the mount may appear in other mount namespaces (mount propagation) */
	bool is_shared;
};

/* Finds the IDs of the mount on mountpoint. Call this function after mounting. On failure
 * ret_ids->mount_id is 0, and then mount_ids_match() answers yes for every mount ID. */
void mount_ids_find(const char *mountpoint, struct mount_ids *ret_ids);

/* Does mount_id belong to our mount? mount_id comes from the fdinfo of a descriptor of process or
 * thread pid. Yes, unless the mountinfo of pid or of cocfs shows that another file system has this
 * ID. */
bool mount_ids_match(const struct mount_ids *ids, pid_t pid, int mount_id);

#endif
