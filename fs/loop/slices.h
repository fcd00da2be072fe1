/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_SLICES_H
#define COCFS_LOOP_SLICES_H

#include <stdbool.h>
#include <sys/queue.h>

#include "loop/loop.h"

/*
 * Work in the loop whose length a caller chooses, done in slices: one slice in each iteration, for
 * all callers together. So all such work together keeps nobody waiting for longer than one slice
 * takes. All functions must be called from the loop's own thread.
 */

/* One piece of work; embedded by its owner. */
struct sliced {
	/* Does the next slice, a few milliseconds at most. Returns whether more is left; if not,
	 * sliced is not touched after it. It must not be dropped from within. */
	bool (*run)(struct sliced *sliced);
	TAILQ_ENTRY(sliced) link;
};

struct slices {
	struct loop *loop;
	struct loop_timer timer;
	TAILQ_HEAD(, sliced) waiting; /* the next to be served is the first */
};

void slices_init(struct slices *slices, struct loop *loop);

/* Nothing may be waiting. */
void slices_finish(struct slices *slices);

/* Has work done, from the next iteration on. */
void slices_add(struct slices *slices, struct sliced *sliced);

/* Takes back work that is waiting. */
void slices_drop(struct slices *slices, struct sliced *sliced);

#endif
