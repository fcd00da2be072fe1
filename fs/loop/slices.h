/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_SLICES_H
#define COCFS_LOOP_SLICES_H

#include <stdbool.h>
#include <sys/queue.h>

#include "loop/loop.h"

/*
 * Work in the loop that may be long, because users choose how much there is. Such work is done in
 * slices. All such work together gets one slice in each iteration, so it delays other requests by
 * one slice at most. All functions must be called from the loop's own thread.
 */

/* One piece of long work. Its owner embeds this struct. */
struct sliced {
	/* Does the next slice, a few milliseconds at most. Returns true if work is left. After
	 * false the work is removed and sliced is not used any more, so run may free it. run must
	 * not call slices_drop() for sliced. */
	bool (*run)(struct sliced *sliced);
	TAILQ_ENTRY(sliced) link;
};

struct slices {
	struct loop *loop;
	struct loop_timer timer;
	TAILQ_HEAD(, sliced) waiting; /* the first of them gets the next slice */
};

/* Initialises slices without work. loop must outlive slices. */
void slices_init(struct slices *slices, struct loop *loop);

/* Cancels the timer. The caller must have dropped all work before. */
void slices_finish(struct slices *slices);

/* Adds work behind the work that waits already. Slices run from the next iteration on. */
void slices_add(struct slices *slices, struct sliced *sliced);

/* Removes work from the queue: its run is not called any more. sliced must be in the queue. */
void slices_drop(struct slices *slices, struct sliced *sliced);

#endif
