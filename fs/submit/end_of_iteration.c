/* SPDX-License-Identifier: MIT */
/*
 * The end of a turn: first durable, then sent, then answered. The question before a create changes nothing
 * on the service: it is asked as soon as the create is committed. If others wait meanwhile, what is yet to
 * become durable is held for later (durable.c), in the same order.
 *
 * It repeats until nothing is left to do, because an answer lets the submission behind it start,
 * and an ended request leaves its slot to one that waits.
 */
#define _GNU_SOURCE
#include "submit/submission.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"

static bool has_free_slot(const struct engine *engine)
{
	return !TAILQ_EMPTY(&engine->waiting) && engine->in_flight < engine->options.inflight_max;
}

static void fill_slots(struct engine *engine)
{
	/* somebody waits for the one, nobody for the other */
	while (has_free_slot(engine)) {
		struct task *task = TAILQ_FIRST(&engine->waiting);

		TAILQ_REMOVE(&engine->waiting, task, link);
		task_start(task, NULL);
		stall_next(loop_stall(engine->loop));
	}
	queue_fill_slots(engine);
}

/* Tells everybody who waits for a task. */
static void tell(struct task *task)
{
	bool well = task->outcome == OUTCOME_HELD || task->outcome == OUTCOME_SETTLED;
	int result = well ? 0 : task->err ? -task->err->errnum : -ENOMEM;
	struct ticket *ticket;

	while ((ticket = LIST_FIRST(&task->tickets)))
		ticket_answer(task->engine, ticket, result, !task->deletion);
}

struct ticket *engine_tell_recorded(struct engine *engine, int result, engine_done_fn *done,
				    void *data)
{
	struct ticket *ticket = ticket_create(engine, done, data);

	if (ticket) {
		ticket->result = result;
		LIST_INSERT_HEAD(&engine->recorded, ticket, link);
	}
	return ticket;
}

/* Tells those who waited for this turn's commit; r is what became of it. */
static void tell_recorded(struct engine *engine, int r)
{
	struct ticket *ticket;

	while ((ticket = LIST_FIRST(&engine->recorded)))
		ticket_answer(engine, ticket, ticket->result ? ticket->result : r, false);
}

/* Ends a task whose outcome is recorded, and lets the one behind it start. */
static void finish(struct task *task)
{
	struct engine *engine = task->engine;
	struct task *behind = task->behind;

	if (task->outcome == OUTCOME_DOUBT) {
		doubt_begin(task);
		return;
	}
	if (task->is_current)
		engine_take_out(task);
	task_destroy(task);
	/* its path, and its slot, are free */
	engine->queue_may_have_next = !engine->queue_is_empty;
	if (behind) {
		engine_put(behind);
		task_start(behind, NULL);
	}
}

/* Tells a task's writer that nothing could be recorded. Its row may be gone with the rest. */
static void fail_unrecorded(struct task *task, int r)
{
	struct task *behind = task->behind;
	struct err err;

	err_set(&err, -r, "the ledger cannot record the submission, nothing was sent: %s",
		strerror(-r));
	err_detail(&err, "what_to_do",
		   "make room where the state directory is, then write the file again");
	task->behind = NULL;
	task->by_path = true;
	if (task->is_current)
		engine_take_out(task);
	task_fail(task, OUTCOME_REFUSED, &err);
	if (behind)
		fail_unrecorded(behind, r);
}

/* This turn's intents are not durable: nothing is sent, and who waits is told. */
static void fail_unsent(struct engine *engine, int r)
{
	struct task *task;

	TAILQ_CONCAT(&engine->turn.fresh, &engine->begun, link);
	while ((task = TAILQ_FIRST(&engine->turn.fresh))) {
		TAILQ_REMOVE(&engine->turn.fresh, task, link);
		engine->in_flight--;
		if (task->sub.queued) {
			engine->queued_in_flight--;
			queue_put_back(task);
		} else {
			fail_unrecorded(task, r);
		}
	}
	while ((task = TAILQ_FIRST(&engine->waiting))) {
		TAILQ_REMOVE(&engine->waiting, task, link);
		fail_unrecorded(task, r);
	}
}

static void wake(void *data)
{
	(void)data; /* the turn's end does the work */
}

/*
 * Records what has ended in this turn. Returns -errno, else whether it must be durable before it is
 * told. A job that was made can be asked for again, unless a create of the same name and content
 * would be in doubt as well: that one could take the job.
 */
static int record_ended(struct engine *engine)
{
	struct task *task;
	int must_last = 0;

	TAILQ_FOREACH(task, &engine->turn.ended, link)
	{
		int r = task_record(task);

		if (r == -EPROTO || r == -ENOENT)
			log_error("%s: its outcome cannot be recorded: %s", task->path,
				  strerror(-r));
		else if (r < 0)
			return r;
		if (task->outcome == OUTCOME_SETTLED && engine_has_rival(engine, task))
			must_last = 1;
		CRASH_POINT("outcome-recorded");
		stall_next(loop_stall(engine->loop));
	}
	return must_last;
}

/* Records what has ended in this turn, and commits. Returns -errno with nothing recorded, else whether
 * what is recorded has yet to become durable. */
static int record(struct engine *engine)
{
	bool must_last;
	int r;

	/* an undo in the middle of the turn took the turn's intents along */
	r = ledger_take_loss(engine->ledger) ? -EIO : record_ended(engine);
	if (r >= 0 && ledger_take_loss(engine->ledger))
		r = -EIO;
	if (r < 0) {
		ledger_undo(engine->ledger); /* also what was recorded since */
		return r;
	}
	must_last = r || !TAILQ_EMPTY(&engine->turn.fresh) || !LIST_EMPTY(&engine->turn.promised);
	if (ledger_is_open(engine->ledger))
		CRASH_POINT("turn-recorded");
	r = ledger_commit(engine->ledger, false);
	return r < 0 ? r : must_last;
}

void turn_fail(struct engine *engine, int r)
{
	struct task *task;

	log_error("the ledger cannot be written: %s", strerror(-r));
	ledger_take_loss(engine->ledger);
	refusals_are_lost(engine);
	fail_unsent(engine, r);
	queue_keep_promises(engine, &engine->turn, r);
	/* what has ended is told, and recorded when the ledger can be written: until then it stays
	 * the current task of its row, so nothing is sent twice */
	TAILQ_FOREACH(task, &engine->turn.ended, link)
	tell(task);
	loop_timer_set(engine->loop, &engine->again, loop_now_ms(engine->loop) + LEDGER_AGAIN_MS,
		       wake, NULL);
}

void turn_release(struct engine *engine, struct batch *batch)
{
	struct batch now; /* what comes meanwhile is of the next */
	struct task *task;

	queue_keep_promises(engine, batch, 0);
	batch_init(&now);
	batch_move(batch, &now);
	while ((task = TAILQ_FIRST(&now.fresh))) {
		TAILQ_REMOVE(&now.fresh, task, link);
		CRASH_POINT("intent-durable");
		task_send(task);
		stall_next(loop_stall(engine->loop));
	}
	while ((task = TAILQ_FIRST(&now.ended))) {
		TAILQ_REMOVE(&now.ended, task, link);
		CRASH_POINT("outcome-committed");
		tell(task);
		CRASH_POINT("writer-told");
		finish(task);
		CRASH_POINT("submission-finished");
		stall_next(loop_stall(engine->loop));
	}
}

void engine_turn_end(struct engine *engine)
{
	struct task_list begun; /* that are committed */
	int r;

	TAILQ_INIT(&begun);
	do {
		fill_slots(engine);
		r = record(engine);
		if (r >= 0)
			refusals_are_committed(engine);
		tell_recorded(engine, r < 0 ? r : 0);
		TAILQ_CONCAT(&begun, &engine->begun, link);
		if (r > 0 && durable_is_apart(engine))
			durable_hold(engine);
		else if (r > 0)
			r = durable_release(engine);
		else if (r == 0)
			turn_release(engine, &engine->turn);
		if (r < 0) {
			TAILQ_CONCAT(&engine->begun, &begun, link);
			turn_fail(engine, r);
			break;
		}
		task_ask_all(&begun);
	} while (!TAILQ_EMPTY(&engine->begun) || !TAILQ_EMPTY(&engine->turn.fresh) || !TAILQ_EMPTY(&engine->turn.ended) ||
		 !LIST_EMPTY(&engine->recorded) || ledger_is_open(engine->ledger) ||
		 has_free_slot(engine) || engine->queue_may_have_next);
	durable_go_on(engine);
}
