/* SPDX-License-Identifier: MIT */
#include "loop/slices.h"

#include <stddef.h>

static void run_one(void *data);

/* If work waits, sets the timer to a time after this iteration. So run_one() runs once in each
 * iteration, after the requests that are ready. */
static void wake_slices(struct slices *slices)
{
	if (!slices->timer.loop && !TAILQ_EMPTY(&slices->waiting))
		loop_timer_set(slices->loop, &slices->timer, loop_now_ms(slices->loop) + 1, run_one,
			       slices);
}

static void run_one(void *data)
{
	struct slices *slices = data;
	struct sliced *sliced = TAILQ_FIRST(&slices->waiting);

	TAILQ_REMOVE(&slices->waiting, sliced, link);
	if (sliced->run(sliced))
		TAILQ_INSERT_TAIL(&slices->waiting, sliced, link);
	wake_slices(slices);
}

void slices_init(struct slices *slices, struct loop *loop)
{
	*slices = (struct slices){.loop = loop};
	TAILQ_INIT(&slices->waiting);
}

void slices_finish(struct slices *slices)
{
	loop_timer_cancel(&slices->timer);
}

void slices_add(struct slices *slices, struct sliced *sliced)
{
	TAILQ_INSERT_TAIL(&slices->waiting, sliced, link);
	wake_slices(slices);
}

void slices_drop(struct slices *slices, struct sliced *sliced)
{
	TAILQ_REMOVE(&slices->waiting, sliced, link);
	if (TAILQ_EMPTY(&slices->waiting))
		loop_timer_cancel(&slices->timer);
}
