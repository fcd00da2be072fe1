/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_QUEUE_H
#define COCFS_SUBMIT_QUEUE_H

#include "submit/state.h"

/* What is queued (submit=queue) and sent later. */

/* Has the queue looked at in the first iteration. */
void queue_begin(struct engine *engine);

/* Takes from the queue what there are slots for. */
void queue_fill_slots(struct engine *engine);

/*
 * Queues content for a path. done is called when it is durable here. It is sent when its turn
 * comes, again and again until the service has answered yes or a no that will not change. It takes
 * the place of what was queued for the path and not sent yet. Otherwise as engine_submit(); a
 * waiter of NULL: there was nothing to be made durable.
 */
int engine_enqueue(struct engine *engine, struct ledger_submission *take_submission,
		   const struct job_record *job, const char *path, submit_done_fn *done, void *data,
		   struct waiter **ret_waiter, struct err *err);

#endif
