/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_QUEUE_H
#define COCFS_SUBMIT_QUEUE_H

#include "submit/state.h"

/* What is queued (submit=queue) and sent later. */

/* Has the queue looked at in the first iteration. */
void queue_begin(struct engine *engine);

/* Takes from the queue what there are slots for. */
void queue_fill_slots(struct engine *engine);

/* Answers who was promised that the batch would be durable: r is what became of it. */
void queue_keep_promises(struct engine *engine, struct batch *batch, int r);

#endif
