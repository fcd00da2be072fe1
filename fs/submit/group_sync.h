/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_GROUP_SYNC_H
#define COCFS_SUBMIT_GROUP_SYNC_H

#include "submit/state.h"

/* The sync of an iteration: the loop waits for the disk itself, or a thread does while the loop
 * goes on. */

/* Makes a batch empty, without looking at it. If it has entries, move them with batch_move() first:
 * otherwise nothing leads to them any more. */
void batch_init(struct batch *batch);

/* Moves all entries of `from` to `to`: its submissions to the end of the lists of `to`, in their
 * order; its waiters to the front, in reverse order. */
void batch_move(struct batch *from, struct batch *to);

/* Returns true if a batch has no entry. */
bool batch_is_empty(const struct batch *batch);

/* Prepares the engine's batches, and starts the thread that syncs. If the thread cannot be started,
 * the loop waits for the disk itself: as safe, but slower. */
void group_sync_init(struct engine *engine);

/* Stops the thread. Frees the waiters in the batches, and the ended submissions that engine->by_row
 * does not have. */
void group_sync_finish(struct engine *engine);

/* Returns what it costs to send the request of a submission, in units of RELEASES_MAX: 1, and 1
 * more for each RELEASE_CONTENT bytes of content. */
unsigned group_sync_cost(const struct submission *submission);

/* Should the thread make this iteration durable, instead of the loop? No if there is no thread. Yes
 * if other requests could go on meanwhile, or if more than one waiter waits for the sync. Yes, too,
 * if an earlier sync has not ended, or if it costs more than RELEASES_MAX to send all. Then call
 * group_sync_hold() after the commit. */
bool group_sync_is_apart(const struct engine *engine);

/* Hands the requests of this iteration to the client, and waits until what the iteration has
 * committed is durable. Then moves its other entries to engine->durable. Returns 0. On failure
 * returns -errno, takes the requests back, and all entries stay in engine->iteration. */
int group_sync_release(struct engine *engine);

/* Moves the entries of engine->iteration, which are committed, to engine->held, until a later sync
 * has ended. */
void group_sync_hold(struct engine *engine);

/* Begins the next sync, if something is held and no sync is under way. */
void group_sync_go_on(struct engine *engine);

/* Is a sync under way, or is a batch held for the next sync? */
bool group_sync_is_awaited(const struct engine *engine);

#endif
