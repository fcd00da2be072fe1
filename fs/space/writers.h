/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_WRITERS_H
#define COCFS_SPACE_WRITERS_H

#include "space/holders.h"

/*
 * Is a file complete? Rule R8: who can still write through a descriptor that is being closed, and
 * how does the closing process fare? These functions know neither the mount nor the loop.
 */

/* How the process that closes a descriptor goes on from there. */
enum ending {
	ENDING_NONE,	/* no close was seen yet */
	ENDING_ORDERLY, /* it lives on, or exits by itself */
	ENDING_KILLED,	/* a signal kills it */
	ENDING_HIDDEN,	/* it exits, and we may not know how */
	ENDING_UNSEEN,	/* it is a process that we cannot see at all */
};

/* The process that closes. */
struct closer {
	pid_t process; /* 0: it cannot be seen */
	enum ending ending;
	int signal; /* with ENDING_KILLED */
};

/* Looks at the process that a thread belongs to while that waits in close(2) or exit(2). */
void closer_look(pid_t thread, struct closer *ret_closer);

/* A close of a descriptor. */
struct writers_close {
	uint64_t ino;	     /* of the file */
	pid_t closer;	     /* the thread that closes, not 0 */
	pid_t opener;	     /* the process that opened, 0: it cannot be told */
	unsigned newest_pid; /* the system's newest process at the open, 0: it cannot be told */
	int64_t open_ms;     /* for so long it was open */
};

struct writers_verdict {
	struct closer closer;
	bool is_last; /* nobody can write any more: what is there is all that comes */
};

/* Judges a close. It may take until the patience is over, and longer when a process is of evil
 * intent. */
void writers_judge(const struct sight *sight, const struct patience *patience,
		   const struct writers_close *close, struct writers_verdict *ret_verdict);

/* Judges a close without looking at anybody but the closer: quick and safe at all times. */
void writers_judge_blindly(const struct writers_close *close, struct writers_verdict *ret_verdict);

#endif
