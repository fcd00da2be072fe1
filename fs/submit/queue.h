/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_QUEUE_H
#define COCFS_SUBMIT_QUEUE_H

#include "submit/state.h"

/* The queue (submit=queue): submissions that are recorded, and sent later. */

/* Sets the timer of the queue, so that the first iteration looks at the queue. */
void queue_begin(struct engine *engine);

/* Takes submissions from the queue while inflight_max and queued_inflight_max allow it (while slots
 * are free), but none while the queue stands still (outage_wait_ms()). Of submissions from before
 * -o rebind it takes at most REBOUND_AT_ONCE in an iteration. */
void queue_fill_slots(struct engine *engine);

/*
 * Queues content for a path. done is called when the content is durable here. The engine sends the
 * content when its turn comes, again and again until the service has taken it or refused it for
 * good. New content replaces older content of the path that is queued and not sent yet. Parameters
 * and results are those of engine_submit(). But *ret_waiter NULL: the service holds the content
 * already, so nothing has to become durable, and done is not called.
 */
int engine_enqueue(struct engine *engine, struct ledger_submission *take_submission,
		   const struct job_record *job, const char *path, submit_done_fn *done, void *data,
		   struct waiter **ret_waiter, struct err *err);

#endif
