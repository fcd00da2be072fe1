/* SPDX-License-Identifier: MIT */
/*
 * A turn's end waits for the disk: nothing is sent before its intent is durable. While it waits, the answers
 * of other requests, and other writers, wait with it. When there are such, the turn is committed and
 * held, a thread waits for the disk (syncer.c), and the loop goes on; what later turns commit meanwhile is
 * held for the next sync, which they share. When there is nobody else, the loop waits itself: to wake
 * a thread would only add to what the one writer waits for. Nobody waits for what is sent from the queue.
 *
 * The log is written from its beginning to its end, and a sync makes durable all that was written before it
 * began. So what is durable is always what was recorded up to some moment.
 */
#define _GNU_SOURCE
#include "job/task.h"

#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "job/syncer.h"

static void batch_init(struct batch *batch)
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

static void move_tickets(struct ticket_list *from, struct ticket_list *to)
{
	struct ticket *ticket;

	while ((ticket = LIST_FIRST(from))) {
		LIST_REMOVE(ticket, link);
		LIST_INSERT_HEAD(to, ticket, link);
	}
}

/* A batch could not be made durable: its parts are this turn's again, which fails. */
static void take_back(struct engine *engine, struct batch *batch)
{
	struct task *task;

	TAILQ_FOREACH(task, &batch->fresh, link)
	task->place = PLACE_FRESH;
	TAILQ_CONCAT(&engine->fresh, &batch->fresh, link);
	TAILQ_CONCAT(&engine->ended, &batch->ended, link);
	move_tickets(&batch->promised, &engine->promised);
}

static void on_synced(void *data, int r)
{
	struct engine *engine = data;

	engine->syncing = false;
	if (r < 0) {
		log_error("the ledger cannot be synced: %s", strerror(-r));
		ledger_sync_failed(engine->ledger);
		take_back(engine, &engine->synced);
		turn_fail(engine, r);
		return;
	}
	queue_keep_promises(engine, &engine->synced.promised, 0);
	turn_release(&engine->synced.fresh, &engine->synced.ended);
}

void durable_init(struct engine *engine)
{
	int fd = ledger_log_open(engine->ledger);
	int r = fd < 0 ? fd : syncer_create(engine->loop, fd, on_synced, engine, &engine->syncer);

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
	while (!LIST_EMPTY(&batch->promised))
		ticket_drop(LIST_FIRST(&batch->promised));
}

void durable_finish(struct engine *engine)
{
	syncer_destroy(engine->syncer);
	engine->syncer = NULL;
	batch_finish(&engine->held);
	batch_finish(&engine->synced);
}

bool durable_is_apart(const struct engine *engine)
{
	const struct ticket *ticket = LIST_FIRST(&engine->promised);
	const struct task *task;
	unsigned waited_for = engine->in_flight - engine->queued_in_flight;

	if (!engine->syncer)
		return false;
	/* in their order */
	if (engine->syncing || !batch_is_empty(&engine->held))
		return true;
	if (ticket && LIST_NEXT(ticket, link))
		return true;
	TAILQ_FOREACH(task, &engine->fresh, link)
	waited_for -= !task->sub.queued;
	return waited_for > 0;
}

void durable_hold(struct engine *engine)
{
	struct task *task;

	TAILQ_FOREACH(task, &engine->fresh, link)
	task->place = PLACE_SYNCING;
	TAILQ_CONCAT(&engine->held.fresh, &engine->fresh, link);
	TAILQ_CONCAT(&engine->held.ended, &engine->ended, link);
	move_tickets(&engine->promised, &engine->held.promised);
}

void durable_go_on(struct engine *engine)
{
	int r;

	if (engine->syncing || batch_is_empty(&engine->held))
		return;
	CRASH_POINT("commit-unsynced");
	ledger_sync_begun(engine->ledger);
	TAILQ_CONCAT(&engine->synced.fresh, &engine->held.fresh, link);
	TAILQ_CONCAT(&engine->synced.ended, &engine->held.ended, link);
	move_tickets(&engine->held.promised, &engine->synced.promised);
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
