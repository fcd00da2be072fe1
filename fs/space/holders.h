/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_HOLDERS_H
#define COCFS_SPACE_HOLDERS_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "space/sight.h"

/* Which processes have a descriptor that writes to a file? */

/* In this order the later one counts more. */
enum holders {
	HOLDERS_NONE,	 /* nobody */
	HOLDERS_UNKNOWN, /* nobody who can be looked at, but somebody cannot; or the time was up */
	HOLDERS_SOME,
};

/* How long to look, and at whom not. */
struct patience {
	int64_t until_ms;	    /* on clock_monotonic_ms() */
	const atomic_bool *is_over; /* set by another thread: stop soon. NULL: never */
	atomic_int *at;		    /* says at which process this thread is looking; or NULL */
	const atomic_int *stuck;    /* processes that other looks did not return from, 0: none */
	unsigned n_stuck;
};

struct holders_search {
	const struct sight *sight;
	const struct patience *patience;
	uint64_t ino; /* of the file */
};

/* Looks at the descriptor table of one process or thread. *ret_any is set when it has any
 * descriptor at all, and stays as it is otherwise. */
enum holders holders_in_table(const struct holders_search *search, pid_t pid, bool *ret_any);

/*
 * Looks at the tables of all threads of a process: mostly they share one, then it is read once.
 * first is the thread to begin with, or 0. *ret_any as above.
 */
enum holders holders_in_process(const struct holders_search *search, pid_t process, pid_t first,
				bool *ret_any);

/* Looks at the tables of all threads of a process but the first. */
enum holders holders_in_other_threads(const struct holders_search *search, pid_t process);

/* The processes that were born since an open: those whose numbers are in (from, to]. */
struct births {
	unsigned from, to; /* the numbers may have come around: to < from */
	bool all; /* that is too long ago, or the numbers cannot be told: everybody may be one */
};

/* Looks at those born, first at the descendants of the two. */
enum holders holders_in_born(const struct holders_search *search, const struct births *births,
			     const pid_t ancestors[2]);

#endif
