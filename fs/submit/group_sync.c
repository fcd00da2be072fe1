/* SPDX-License-Identifier: MIT */
/*
 * A turn's end waits for the disk: nothing is sent before its intent is durable. While it waits, the answers
 * of other requests, and other writers, wait with it. When there are such, the turn is committed and
 * held, a thread waits for the disk (syncer.c), and the loop goes on; what later turns commit meanwhile is
 * held for the next sync, which they share. When there is nobody else, the loop waits itself: to wake
 * a thread would only add to what the one writer waits for. Nobody waits for what is sent from the queue.
 * While the disk writes, the loop makes the requests ready, which the client sends in the loop's next turn:
 * that only begins when their intents are durable.
 *
 * The log is written from its beginning to its end, and a sync makes durable all that was written before it
 * began. So what is durable is always what was recorded up to some moment.
 */
#define _GNU_SOURCE
#include "submit/submission.h"

#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "submit/sync_thread.h"

void batch_init(struct batch *batch)
{
	TAILQ_INIT(&batch->fresh);
	TAILQ_INIT(&batch->ended);
	LIST_INIT(&batch->promised);
}

static bool batch_is_empty(const struct batch *batch)
{
	return TAILQ_EMPTY(&batch->fresh) && TAILQ_EMPTY(&batch->ended) &&
	       LIST_EMPTY(&batch->promised);
}

void batch_move(struct batch *from, struct batch *to)
{
	struct ticket *ticket;

	TAILQ_CONCAT(&to->fresh, &from->fresh, link);
	TAILQ_CONCAT(&to->ended, &from->ended, link);
	while ((ticket = LIST_FIRST(&from->promised))) {
		LIST_REMOVE(ticket, link);
		LIST_INSERT_HEAD(&to->promised, ticket, link);
	}
}

/* Says where the requests of a batch are that are still to be sent. */
static void place_fresh(struct batch *batch, enum task_place place)
{
	struct task *task;

	TAILQ_FOREACH(task, &batch->fresh, link)
	task->place = place;
}

static void on_synced(void *data, int r)
{
	struct engine *engine = data;

	engine->syncing = false;
	if (r < 0) {
		log_error("the ledger cannot be synced: %s", strerror(-r));
		ledger_sync_failed(engine->ledger);
		/* it is this turn's again, which fails */
		place_fresh(&engine->synced, PLACE_FRESH);
		batch_move(&engine->synced, &engine->turn);
		turn_fail(engine, r);
		return;
	}
	turn_release(engine, &engine->synced);
}

void durable_init(struct engine *engine)
{
	int fd = ledger_log_open(engine->ledger);
	int r = fd < 0 ? fd : syncer_create(engine->loop, fd, on_synced, engine, &engine->syncer);

	batch_init(&engine->turn);
	batch_init(&engine->held);
	batch_init(&engine->synced);
	if (r < 0)
		log_warning("the loop waits for the disk itself: %s", strerror(-r));
}

/* Frees what is in no other list; the rest is found by its rows. */
static void batch_finish(struct batch *batch)
{
	struct task *task;

	while ((task = TAILQ_FIRST(&batch->ended))) {
		TAILQ_REMOVE(&batch->ended, task, link);
		if (!task->is_current)
			task_destroy(task);
	}
	tickets_drop(&batch->promised);
}

void durable_finish(struct engine *engine)
{
	syncer_destroy(engine->syncer);
	engine->syncer = NULL;
	batch_finish(&engine->turn);
	batch_finish(&engine->held);
	batch_finish(&engine->synced);
}

bool durable_is_apart(const struct engine *engine)
{
	const struct ticket *ticket = LIST_FIRST(&engine->turn.promised);
	const struct task *task;
	unsigned waited_for = engine->in_flight - engine->queued_in_flight;

	if (!engine->syncer)
		return false;
	/* in their order */
	if (engine->syncing || !batch_is_empty(&engine->held))
		return true;
	if (ticket && LIST_NEXT(ticket, link))
		return true;
	TAILQ_FOREACH(task, &engine->turn.fresh, link)
	waited_for -= !task->sub.queued;
	return waited_for > 0;
}

/* Hands over the requests of a batch, which are not sent before the loop's next turn. Those that cannot be
 * handed over have ended, in this turn. */
static void hand_over(struct batch *batch)
{
	struct task_list handed;
	struct task *task;

	TAILQ_INIT(&handed);
	while ((task = TAILQ_FIRST(&batch->fresh))) {
		TAILQ_REMOVE(&batch->fresh, task, link);
		task_send(task);
		if (task->place == PLACE_SENDING)
			TAILQ_INSERT_TAIL(&handed, task, link);
		stall_next(loop_stall(task->engine->loop));
	}
	TAILQ_CONCAT(&batch->fresh, &handed, link);
}

int durable_release(struct engine *engine)
{
	struct batch now;
	struct task *task;
	int r;

	batch_init(&now);
	batch_move(&engine->turn, &now);
	ledger_sync_soon(engine->ledger);
	hand_over(&now);
	r = ledger_sync(engine->ledger);
	if (r < 0) {
		TAILQ_FOREACH(task, &now.fresh, link)
		task_take_back(task);
		batch_move(&now, &engine->turn);
		return r;
	}
	while ((task = TAILQ_FIRST(&now.fresh))) {
		TAILQ_REMOVE(&now.fresh, task, link); /* on its way */
		CRASH_POINT("intent-durable");
	}
	turn_release(engine, &now);
	return 0;
}

void durable_hold(struct engine *engine)
{
	place_fresh(&engine->turn, PLACE_SYNCING);
	batch_move(&engine->turn, &engine->held);
}

void durable_go_on(struct engine *engine)
{
	int r;

	if (engine->syncing || batch_is_empty(&engine->held))
		return;
	CRASH_POINT("commit-unsynced");
	ledger_sync_begun(engine->ledger);
	batch_move(&engine->held, &engine->synced);
	r = syncer_begin(engine->syncer);
	if (r < 0)
		on_synced(engine, r);
	else
		engine->syncing = true;
}

bool durable_is_awaited(const struct engine *engine)
{
	return engine->syncing || !batch_is_empty(&engine->held);
}
