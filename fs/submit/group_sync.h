/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_GROUP_SYNC_H
#define COCFS_SUBMIT_GROUP_SYNC_H

#include "submit/state.h"

/* Syncs that the loop does not wait for. */

/* Makes a batch empty. */
void batch_init(struct batch *batch);

/* Moves all of a batch behind what is in another. */
void batch_move(struct batch *from, struct batch *to);

/* Is there nothing in a batch? */
bool batch_is_empty(const struct batch *batch);

/* Prepares the batches, and for syncs apart from the loop: without these it is as good, and
 * slower. */
void group_sync_init(struct engine *engine);

/* Ends that, and frees what is in the batches alone. */
void group_sync_finish(struct engine *engine);

/* What it costs to send a request, beside RELEASES_MAX. */
unsigned group_sync_cost(const struct submission *submission);

/* Would a sync apart let others go on meanwhile, or has this iteration more to send than one may?
 * Then the iteration is committed without a sync and held. */
bool group_sync_is_apart(const struct engine *engine);

/* Makes durable what this iteration has recorded and committed, and releases it. -errno: it is this
 * iteration's still. */
int group_sync_release(struct engine *engine);

/* Holds what this iteration has recorded and committed until a later sync has ended. */
void group_sync_hold(struct engine *engine);

/* Begins the next sync, if something waits for one and none is under way. */
void group_sync_go_on(struct engine *engine);

/* Does something wait for a sync? */
bool group_sync_is_awaited(const struct engine *engine);

#endif
