/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_QUEUE_H
#define COCFS_SUBMIT_QUEUE_H

#include "submit/state.h"

/* The queue (submit=queue): submissions that are recorded, and sent later. */

/* Looks at the queue in the first iteration. */
void queue_begin(struct engine *engine);

/* Takes as many submissions from the queue as there are slots for, but none while the queue stands
 * still (outage_wait_ms()). Of submissions from before -o rebind it takes at most REBOUND_AT_ONCE
 * in an iteration. */
void queue_fill_slots(struct engine *engine);

/*
 * Queues content for a path. done is called when the content is durable here. The engine sends it
 * when its turn comes, again and again until the service has taken it or refused it for good. It
 * replaces older content of the path that is queued and not sent yet. Otherwise this is as
 * engine_submit(). A waiter of NULL means that nothing has to become durable.
 */
int engine_enqueue(struct engine *engine, struct ledger_submission *take_submission,
		   const struct job_record *job, const char *path, submit_done_fn *done, void *data,
		   struct waiter **ret_waiter, struct err *err);

#endif
