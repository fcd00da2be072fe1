/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_SLICES_H
#define COCFS_LOOP_SLICES_H

#include <stdbool.h>
#include <sys/queue.h>

#include "loop/loop.h"

/*
 * Work in the loop whose length a caller chooses, done in slices: one slice in each iteration, for
 * all callers together. So all such work delays other requests by one slice at most. All functions
 * must be called from the loop's own thread.
 */

/* One piece of work. Its owner embeds it. */
struct sliced {
	/* Does the next slice, a few milliseconds at most. Returns whether more is left. If nothing
	 * is left, sliced is not used afterwards. It must not call slices_drop() for itself. */
	bool (*run)(struct sliced *sliced);
	TAILQ_ENTRY(sliced) link;
};

struct slices {
	struct loop *loop;
	struct loop_timer timer;
	TAILQ_HEAD(, sliced) waiting; /* the first one gets the next slice */
};

void slices_init(struct slices *slices, struct loop *loop);

/* Frees the slices. No work may wait. */
void slices_finish(struct slices *slices);

/* Adds work behind the work that waits already. Slices run from the next iteration on. */
void slices_add(struct slices *slices, struct sliced *sliced);

/* Removes work that waits: its run is not called any more. sliced must be waiting. */
void slices_drop(struct slices *slices, struct sliced *sliced);

#endif
