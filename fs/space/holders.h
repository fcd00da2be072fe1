/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_HOLDERS_H
#define COCFS_SPACE_HOLDERS_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "space/sight.h"

/* The search for processes that hold a descriptor which can write to a file. */

/* The result of a search. If two parts of a search find different values, the result is the one
 * that stands later in this list. */
enum holders {
	HOLDERS_NONE, /* no process holds such a descriptor */
	/* no such process was found, but a process could not be looked at, or the time was up */
	HOLDERS_UNKNOWN,
	HOLDERS_SOME,
};

/* The limits of a search: how long it may take, and which processes it passes over. */
struct patience {
	int64_t until_ms;	    /* when the search must end, on clock_monotonic_ms() */
	const atomic_bool *is_over; /* another thread sets this: stop soon. NULL: never */
	/* the search stores here the process that it looks at now; or NULL */
	atomic_int *at;
	/* n_stuck processes at which another thread hangs, so this search skips them; 0: no
	 * process */
	const atomic_int *stuck;
	unsigned n_stuck;
};

struct holders_search {
	const struct sight *sight;
	const struct patience *patience;
	uint64_t ino; /* the inode number of the file */
};

/* Looks through the descriptor table of one process or thread. Sets *ret_any to true if the table
 * has any descriptor at all, also of another file; otherwise leaves *ret_any as it is. */
enum holders holders_in_table(const struct holders_search *search, pid_t pid, bool *ret_any);

/*
 * Looks at the descriptor tables of all threads of a process. Most processes have one table for all
 * threads: then each descriptor is read once. first is the thread to begin with; 0: the process
 * itself. Sets *ret_any to true if one of the tables has a descriptor, also of another file;
 * otherwise leaves *ret_any as it is.
 */
enum holders holders_in_process(const struct holders_search *search, pid_t process, pid_t first,
				bool *ret_any);

/* Looks at the descriptor tables of all threads of a process except the first thread. Returns
 * HOLDERS_NONE if there are none, or if the process is gone or hidden from us. */
enum holders holders_in_other_threads(const struct holders_search *search, pid_t process);

/* The processes that were born after an open: their numbers are in (from, to]. */
struct births {
	/* to < from: after the largest number the system began with small numbers again */
	unsigned from, to;
	/* the open was too long ago, or the numbers are unknown: any process may have been born
	 * since */
	bool all;
};

/* Looks at the processes that births names. Begins with the descendants of the two ancestors, such
 * as the opener and the closer of the file; 0: no ancestor. */
enum holders holders_in_born(const struct holders_search *search, const struct births *births,
			     const pid_t ancestors[2]);

#endif
