/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_GROUP_SYNC_H
#define COCFS_SUBMIT_GROUP_SYNC_H

#include "submit/state.h"

/* The sync of an iteration: the loop waits for the disk itself, or a thread does while the loop
 * goes on. */

/* Initialises a batch as empty. Entries that it had are lost: call batch_move() for those first. */
void batch_init(struct batch *batch);

/* Empties `from` into `to`: the submissions to the end of its lists, the waiters to the front, in
 * reverse order. */
void batch_move(struct batch *from, struct batch *to);

/* Returns true if a batch has no entry. */
bool batch_is_empty(const struct batch *batch);

/* Prepares the engine's batches, and starts the thread that syncs. If the thread cannot be started,
 * the loop waits for the disk itself: as safe, but slower. */
void group_sync_init(struct engine *engine);

/* Stops the thread, and frees the submissions that are only in the batches. */
void group_sync_finish(struct engine *engine);

/* Returns what it costs to send the request of a submission, in units of RELEASES_MAX: 1, and 1
 * more for each RELEASE_CONTENT bytes of content. */
unsigned group_sync_cost(const struct submission *submission);

/* Should the thread make this iteration durable? Yes if others could go on meanwhile, or if the
 * iteration has more to send than RELEASES_MAX. Then commit the iteration without a sync, and call
 * group_sync_hold(). */
bool group_sync_is_apart(const struct engine *engine);

/* Waits until what this iteration has recorded and committed is durable, and moves it to
 * engine->durable. Returns 0, or -errno: all of it stays in engine->iteration. */
int group_sync_release(struct engine *engine);

/* Holds what this iteration has recorded and committed until a later sync has ended. */
void group_sync_hold(struct engine *engine);

/* Begins the next sync, if something is held and no sync is under way. */
void group_sync_go_on(struct engine *engine);

/* Is a sync under way, or is a batch held for the next sync? */
bool group_sync_is_awaited(const struct engine *engine);

#endif
