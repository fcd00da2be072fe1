/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_WRITERS_H
#define COCFS_SPACE_WRITERS_H

#include "space/content.h"

/* Is a file complete? Rule R8: who can still write through a descriptor that is being closed. */

enum writers_verdict {
	WRITERS_NONE,	/* nobody: what is there is what was meant */
	WRITERS_MORE,	/* somebody can, or cannot be looked at: a later close decides */
	WRITERS_KILLED, /* the last one is dying from a signal: what is there may be half of it */
};

/* The system's newest process, 0 when it cannot be told. */
unsigned writers_newest_pid(const struct space *space);

/* Judges the FLUSH of a handle by a process (0: in a foreign PID namespace). ret_signal is set with
 * WRITERS_KILLED. */
enum writers_verdict writers_judge(const struct space *space, const struct handle *handle,
				   pid_t flusher, int *ret_signal);

/* Learns which mount is ours, once it is there. NULL when it cannot be told: then every file of the
 * same inode number counts. The caller frees it. */
struct mount_ids *mount_ids_find(const char *mountpoint);

/* Is this mount ID one of our mount's? */
bool mount_ids_match(const struct mount_ids *ids, int mount_id);

#endif
