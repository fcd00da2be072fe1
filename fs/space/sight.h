/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SIGHT_H
#define COCFS_SPACE_SIGHT_H

#include "space/mount_ids.h"

/* What the mount can see of the processes that write to it. */
struct sight {
	struct mount_ids mount_ids; /* ours, as fdinfo shows them */
	int newest_fd;		    /* tells the system's newest process, or -1 */
	bool is_blind;		    /* /proc is not of our PID namespace: no process can be seen */
	bool hides;		    /* /proc does not list the processes of others (hidepid) */
};

/* Opens what it looks through; what is not there makes it see less. */
void sight_open(struct sight *ret_sight);

/* Call it when the mount is there. Learns which mount IDs are ours, and warns in the log about
 * writers that will not be seen. on_unseen says what becomes of a file whose writer cannot be
 * seen. */
void sight_mounted(struct sight *sight, const char *mountpoint, const char *on_unseen);

void sight_close(struct sight *sight);

/* The system's newest process, 0 when it cannot be told. */
unsigned sight_newest_pid(const struct sight *sight);

#endif
