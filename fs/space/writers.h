/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_WRITERS_H
#define COCFS_SPACE_WRITERS_H

#include "space/holders.h"

/*
 * Is a file complete when a descriptor of it is closed? Rule R8 (writers.c) asks two questions:
 * which processes can still write through a copy of the descriptor, and does a signal kill the
 * closing process? These functions know neither the mount nor the loop.
 */

/* How the closing process goes on after the close. */
enum ending {
	ENDING_NONE,	/* no close was judged yet */
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

/* Finds the process that a thread belongs to, and how that process goes on after the close. Call
 * this function while the thread waits in close(2) or exit(2) for our answer. */
void closer_look(pid_t thread, struct closer *ret_closer);

/* One close of a descriptor, for writers_judge(): what was known of the open and of the thread that
 * closes. */
struct writers_close {
	uint64_t ino; /* the inode number of the file */
	pid_t closer; /* the thread that closes, not 0 */
	pid_t opener; /* the process that opened the file; 0: unknown */
	/* the PID of the system's newest process at the open: processes with later PIDs were born
	 * since, and may have a copy of the descriptor; 0: unknown */
	unsigned newest_pid;
	/* how long the file was open: after a long time the PIDs may have come around */
	int64_t open_ms;
};

/* What writers_judge() has found out about a close. */
struct writers_verdict {
	struct closer closer;
	/* no process can write through a copy of the descriptor any more; or that is unknown, and
	 * the opener closes */
	bool is_last;
};

/* Judges a close: looks for processes that can still write. May take until patience->until_ms; and
 * longer if a hostile process blocks the look. Call this function in a thread of its own. */
void writers_judge(const struct sight *sight, const struct patience *patience,
		   const struct writers_close *close, struct writers_verdict *ret_verdict);

/* Judges a close by the closing process alone: the close is the last if that process is the opener.
 * Quick; never blocks, so the loop may call it. */
void writers_judge_blindly(const struct writers_close *close, struct writers_verdict *ret_verdict);

#endif
