/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SIGHT_H
#define COCFS_SPACE_SIGHT_H

#include "space/mount_ids.h"

/* Which processes cocfs can see in /proc. It judges writes and closes by what /proc shows of the
 * process. */
struct sight {
	struct mount_ids mount_ids; /* of our mount; /proc/PID/fdinfo shows them */
	/* a descriptor of the file of /proc that has the PID of the system's newest process; -1:
	 * none */
	int newest_fd;
	/* /proc cannot be opened, or belongs to another PID namespace: we see no process */
	bool is_blind;
	/* hidepid: /proc does not list the processes of other users to us */
	bool hides;
};

/* Opens the files of /proc that cocfs needs, and finds what /proc hides. Cannot fail: without a
 * file cocfs sees less. */
void sight_open(struct sight *ret_sight);

/* Call this function once, after mounting. It finds our mount's IDs, and logs a warning if cocfs
 * cannot see some writers. on_unseen: a part of that warning, which says what happens to a file
 * whose writer cannot be seen. */
void sight_mounted(struct sight *sight, const char *mountpoint, const char *on_unseen);

/* Closes the descriptors that sight_open() has opened, at the end of the mount. */
void sight_close(struct sight *sight);

/* Returns the PID of the process or thread that the system has started last. 0: unknown. */
unsigned sight_newest_pid(const struct sight *sight);

#endif
