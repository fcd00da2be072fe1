/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_INSPECTORS_H
#define COCFS_SPACE_INSPECTORS_H

#include "loop/loop.h"
#include "space/writers.h"

/*
 * Threads that judge closes in place of the loop, because a look at other processes may take long.
 * All functions are called from the loop's thread.
 */
struct inspectors;
struct inspection;

/* Makes them; no thread is started before there is something to judge. sight must outlive them.
 * Returns 0 and owned inspectors, or -errno. */
int inspectors_create(struct loop *loop, const struct sight *sight,
		      struct inspectors **ret_inspectors);

/* Ends the threads; no inspection is under way any more. NULL is accepted. */
void inspectors_destroy(struct inspectors *inspectors);

/*
 * Has a close judged for a user. done is called once from the loop, after INSPECTION_MS at the
 * latest; verdict is NULL when nothing was found out in that time. Returns an inspection that is
 * under way until then, or NULL: it cannot be done (no memory, no thread), and done is not called.
 */
struct inspection *inspection_begin(struct inspectors *inspectors,
				    const struct writers_close *close, uid_t user,
				    void (*done)(void *data, const struct writers_verdict *verdict),
				    void *data);

/* Gives up an inspection that is under way: done is not called. */
void inspection_drop(struct inspection *inspection);

#endif
