/* SPDX-License-Identifier: MIT */
/*
 * Nothing is sent before its intent is durable, so the end of an iteration has to wait for the
 * disk. If the loop waited, other writers, and the answers of other requests, would wait with it.
 * If there are any, the iteration is committed and held, a thread waits for the disk
 * (sync_thread.c), and the loop goes on. What later iterations commit meanwhile is held for the
 * next sync, which they share. If there is nobody else, the loop waits for the disk itself: to wake
 * a thread would make the only writer wait longer. Requests from the queue do not count here, since
 * nobody waits for them. While the disk writes, the loop hands the requests to the client. The
 * client sends them in the loop's next iteration, which begins only when their intents are durable.
 *
 * The ledger's log is written from its beginning to its end, and a sync makes durable all that was
 * written before the sync began. So what is durable is always all that was recorded up to some
 * moment.
 */
#define _GNU_SOURCE
#include "submit/group_sync.h"

#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "submit/bounds.h"
#include "submit/sync_thread.h"
#include "submit/send.h"
#include "submit/submission.h"
#include "submit/waiter.h"

void batch_init(struct batch *batch)
{
	TAILQ_INIT(&batch->fresh);
	TAILQ_INIT(&batch->ended);
	LIST_INIT(&batch->promised);
}

bool batch_is_empty(const struct batch *batch)
{
	return TAILQ_EMPTY(&batch->fresh) && TAILQ_EMPTY(&batch->ended) &&
	       LIST_EMPTY(&batch->promised);
}

void batch_move(struct batch *from, struct batch *to)
{
	struct waiter *waiter;

	TAILQ_CONCAT(&to->fresh, &from->fresh, link);
	TAILQ_CONCAT(&to->ended, &from->ended, link);
	while ((waiter = LIST_FIRST(&from->promised))) {
		LIST_REMOVE(waiter, link);
		LIST_INSERT_HEAD(&to->promised, waiter, link);
	}
}

/* Sets the stage of all submissions of a batch whose requests are still to be sent. */
static void set_stage_of_fresh(struct batch *batch, enum submission_stage stage)
{
	struct submission *submission;

	TAILQ_FOREACH (submission, &batch->fresh, link)
		submission->stage = stage;
}

static void on_synced(void *data, int r)
{
	struct engine *engine = data;

	engine->syncing = false;
	engine->has_unsynced_ends |= r < 0 && engine->has_syncing_ends;
	engine->has_syncing_ends = false;
	if (r < 0) {
		log_error("the ledger cannot be synced: %s", strerror(-r));
		ledger_sync_failed(engine->ledger);
		/* move the submissions to engine->iteration again: the next end of an iteration
		 * fails them (take_up_lists()) */
		set_stage_of_fresh(&engine->synced, STAGE_FRESH);
		batch_move(&engine->synced, &engine->iteration);
		engine->sync_error = r;
		return;
	}
	batch_move(&engine->synced, &engine->durable);
}

void group_sync_init(struct engine *engine)
{
	int fd = ledger_log_open(engine->ledger);
	int r = fd < 0 ? fd
		       : sync_thread_create(engine->loop, fd, on_synced, engine,
					    &engine->sync_thread);

	batch_init(&engine->iteration);
	batch_init(&engine->held);
	batch_init(&engine->synced);
	batch_init(&engine->durable);
	if (r < 0)
		log_warning("the loop waits for the disk itself: %s", strerror(-r));
}

/* Frees the waiters of a batch, and its ended submissions that are not in engine->by_row.
 * engine_destroy() frees those of by_row. */
static void batch_finish(struct batch *batch)
{
	struct submission *submission;

	while ((submission = TAILQ_FIRST(&batch->ended))) {
		TAILQ_REMOVE(&batch->ended, submission, link);
		if (!submission->is_current)
			submission_destroy(submission);
	}
	waiters_drop(&batch->promised);
}

void group_sync_finish(struct engine *engine)
{
	sync_thread_destroy(engine->sync_thread);
	engine->sync_thread = NULL;
	batch_finish(&engine->iteration);
	batch_finish(&engine->held);
	batch_finish(&engine->synced);
	batch_finish(&engine->durable);
}

unsigned group_sync_cost(const struct submission *submission)
{
	return 1 + (unsigned)(submission->record.content_size / RELEASE_CONTENT);
}

bool group_sync_is_apart(const struct engine *engine)
{
	const struct waiter *waiter = LIST_FIRST(&engine->iteration.promised);
	const struct submission *submission;
	unsigned waited_for = engine->in_flight - engine->queued_in_flight, cost = 0;

	if (!engine->sync_thread)
		return false;
	/* an earlier sync is not over: hold this iteration, too, to keep the order */
	if (engine->syncing || !batch_is_empty(&engine->held))
		return true;
	if (waiter && LIST_NEXT(waiter, link))
		return true;
	TAILQ_FOREACH (submission, &engine->iteration.fresh, link) {
		waited_for -= !submission->record.queued;
		cost += group_sync_cost(submission);
	}
	return waited_for > 0 || cost > RELEASES_MAX;
}

/* Hands the requests of a batch to the client, which does not send them before the loop's next
 * iteration. If a request cannot be handed over, its submission has ended, and leaves the batch for
 * engine->iteration.ended. */
static void hand_batch_over(struct batch *batch)
{
	struct submission_list handed;
	struct submission *submission;

	TAILQ_INIT(&handed);
	while ((submission = TAILQ_FIRST(&batch->fresh))) {
		TAILQ_REMOVE(&batch->fresh, submission, link);
		submission_send(submission);
		if (submission->stage == STAGE_SENDING)
			TAILQ_INSERT_TAIL(&handed, submission, link);
		stall_next(loop_stall(submission->engine->loop));
	}
	TAILQ_CONCAT(&batch->fresh, &handed, link);
}

int group_sync_release(struct engine *engine)
{
	struct batch now;
	struct submission *submission;
	int r;

	batch_init(&now);
	batch_move(&engine->iteration, &now);
	ledger_sync_soon(engine->ledger);
	hand_batch_over(&now);
	r = ledger_sync(engine->ledger);
	if (r < 0) {
		TAILQ_FOREACH (submission, &now.fresh, link)
			submission_take_back(submission);
		batch_move(&now, &engine->iteration);
		return r;
	}
	engine->has_unsynced_ends = false;
	while ((submission = TAILQ_FIRST(&now.fresh))) {
		/* the client has the request, and sends it in the next iteration */
		TAILQ_REMOVE(&now.fresh, submission, link);
		CRASH_POINT("intent-durable");
	}
	batch_move(&now, &engine->durable);
	return 0;
}

void group_sync_hold(struct engine *engine)
{
	set_stage_of_fresh(&engine->iteration, STAGE_SYNCING);
	batch_move(&engine->iteration, &engine->held);
}

void group_sync_go_on(struct engine *engine)
{
	int r;

	if (engine->syncing || batch_is_empty(&engine->held))
		return;
	CRASH_POINT("commit-unsynced");
	r = ledger_sync_begun(engine->ledger);
	engine->has_syncing_ends = engine->has_unsynced_ends;
	engine->has_unsynced_ends = false;
	batch_move(&engine->held, &engine->synced);
	if (r == 0)
		r = sync_thread_begin(engine->sync_thread);
	if (r < 0)
		on_synced(engine, r);
	else
		engine->syncing = true;
}

bool group_sync_is_awaited(const struct engine *engine)
{
	return engine->syncing || !batch_is_empty(&engine->held);
}
