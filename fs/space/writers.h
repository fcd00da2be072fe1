/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_WRITERS_H
#define COCFS_SPACE_WRITERS_H

#include "space/holders.h"

/*
 * Is a file complete? Rule R8: which processes can still write through a descriptor that is being
 * closed, and does a signal kill the closing process? These functions know neither the mount nor
 * the loop.
 */

/* How the closing process goes on after the close. */
enum ending {
	ENDING_NONE,	/* no close was seen yet */
	ENDING_ORDERLY, /* the process lives on, or exits by itself */
	ENDING_KILLED,	/* a signal kills the process */
	ENDING_HIDDEN,	/* the process exits, and we may not know how */
	ENDING_UNSEEN,	/* we cannot see the process at all */
};

/* The process that closes a descriptor. */
struct closer {
	pid_t process; /* 0: we cannot see the process */
	enum ending ending;
	int signal; /* the signal, if ending is ENDING_KILLED */
};

/* Finds the process of a thread and how that process goes on. Call this function while the thread
 * waits in close(2) or exit(2). */
void closer_look(pid_t thread, struct closer *ret_closer);

/* One close of a descriptor, for writers_judge(): what was known of the open and of the thread that
 * closes. */
struct writers_close {
	uint64_t ino;	     /* the inode number of the file */
	pid_t closer;	     /* the thread that closes, not 0 */
	pid_t opener;	     /* the process that opened the file; 0: unknown */
	unsigned newest_pid; /* the system's newest process at the open; 0: unknown */
	int64_t open_ms;     /* how long the file was open */
};

struct writers_verdict {
	struct closer closer;
	/* no process can write to the file any more: its content is final */
	bool is_last;
};

/* Judges a close: looks at all processes that can still write. Takes until the patience ends, and
 * longer if a hostile process blocks the look. Call this function in a thread of its own. */
void writers_judge(const struct sight *sight, const struct patience *patience,
		   const struct writers_close *close, struct writers_verdict *ret_verdict);

/* Judges a close by the closing process alone. Quick, and safe at all times. */
void writers_judge_blindly(const struct writers_close *close, struct writers_verdict *ret_verdict);

#endif
