/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "submit/waiter.h"

#include <stdlib.h>

struct waiter *waiter_create(const struct engine *engine, submit_done_fn *done, void *data)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (waiter)
		*waiter = (struct waiter){
			.done = done, .data = data, .begun_ms = loop_now_ms(engine->loop)};
	return waiter;
}

void submit_waiter_drop(struct waiter *waiter)
{
	LIST_REMOVE(waiter, link);
	free(waiter);
}

void waiter_answer(struct engine *engine, struct waiter *take_waiter, int result, bool is_commit)
{
	struct waiter waiter = *take_waiter;

	if (is_commit)
		histogram_add(&engine->metrics.commit,
			      engine_monotonic_ms(engine) - waiter.begun_ms);
	submit_waiter_drop(take_waiter);
	waiter.done(waiter.data, result);
}

void waiters_drop(struct waiter_list *waiters)
{
	while (!LIST_EMPTY(waiters))
		submit_waiter_drop(LIST_FIRST(waiters));
}
