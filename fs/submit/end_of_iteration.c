/* SPDX-License-Identifier: MIT */
/*
 * The end of an iteration: first durable, then sent, then answered. The question before a create
 * changes nothing on the service: it is asked as soon as the create is committed. If others wait
 * meanwhile, what is yet to become durable is held for later (group_sync.c), in the same order.
 *
 * It repeats until nothing is left to do, because an answer lets the submission behind it start,
 * and an ended request leaves its slot to one that waits. Only sending and answering are left to
 * the next iterations when there is much of it.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "submit/ask.h"
#include "submit/bounds.h"
#include "submit/catalogue_state.h"
#include "submit/group_sync.h"
#include "submit/imports_state.h"
#include "submit/lost_answer.h"
#include "submit/lost_round.h"
#include "submit/queue.h"
#include "submit/rows.h"
#include "submit/second_look.h"
#include "submit/send.h"
#include "submit/soundness.h"
#include "submit/start.h"
#include "submit/submission.h"
#include "submit/waiter.h"

static bool has_free_slot(const struct engine *engine)
{
	return !TAILQ_EMPTY(&engine->waiting) && soundness_is_clear(engine) &&
	       engine->in_flight < engine->options.inflight_max;
}

static void fill_slots(struct engine *engine)
{
	/* somebody waits for the one, nobody for the other */
	while (has_free_slot(engine)) {
		struct submission *submission = TAILQ_FIRST(&engine->waiting);

		TAILQ_REMOVE(&engine->waiting, submission, link);
		submission_start(submission, NULL);
		stall_next(loop_stall(engine->loop));
	}
	queue_fill_slots(engine);
}

static bool is_success(const struct submission *submission)
{
	return submission->outcome == OUTCOME_HELD || submission->outcome == OUTCOME_SETTLED;
}

/* Tells everybody who waits for a submission. r: 0, or why its outcome is not recorded. */
static void tell_waiters(struct submission *submission, int r)
{
	int result = is_success(submission) ? r
		     : submission->err	    ? -submission->err->errnum
					    : -ENOMEM;
	struct waiter *waiter;

	while ((waiter = LIST_FIRST(&submission->waiters)))
		waiter_answer(submission->engine, waiter, result, !submission->deletion);
}

struct waiter *submit_when_recorded(struct engine *engine, int result, submit_done_fn *done,
				    void *data)
{
	struct waiter *waiter =
		ledger_is_open(engine->ledger) ? waiter_create(engine, done, data) : NULL;

	if (waiter) {
		waiter->result = result;
		LIST_INSERT_HEAD(&engine->recorded, waiter, link);
	}
	return waiter;
}

/* Tells those who waited for this iteration's commit; r is what became of it. */
static void tell_recorded(struct engine *engine, int r)
{
	struct waiter *waiter;

	while ((waiter = LIST_FIRST(&engine->recorded))) {
		waiter_answer(engine, waiter, waiter->result ? waiter->result : r, false);
		stall_next(loop_stall(engine->loop));
	}
}

/* Answers writers whose content is durable in the queue, or why it is not: at most so many. Returns
 * how many. */
static unsigned answer_promised(struct engine *engine, struct waiter_list *promised, int r,
				unsigned most)
{
	struct waiter *waiter;
	unsigned n = 0;

	for (; n < most && (waiter = LIST_FIRST(promised)); n++) {
		waiter_answer(engine, waiter, r, !waiter->is_inner);
		stall_next(loop_stall(engine->loop));
	}
	return n;
}

/* Ends a submission whose outcome is recorded, and lets the one behind it start. */
static void finish_submission(struct submission *submission)
{
	struct engine *engine = submission->engine;
	struct submission *behind = submission->behind;

	if (submission->outcome == OUTCOME_DOUBT) {
		lost_answer_begin(submission);
		return;
	}
	if (submission->is_current)
		engine_take_out(submission);
	submission_destroy(submission);
	/* its path, and its slot, are free */
	engine->queue_may_have_next = !engine->queue_is_empty;
	if (behind) {
		engine_put(behind);
		submission_start(behind, NULL);
	}
}

/* Tells a submission's writer that nothing could be recorded. Its row may be gone with the rest. */
static void fail_unrecorded(struct submission *submission, int r)
{
	struct engine *engine = submission->engine;
	struct submission *behind = submission->behind;
	struct err err;

	refusals_explain_unrecorded(r, &err);
	refusals_keep(engine, submission->path, &submission->record.owner, &err);
	submission->behind = NULL;
	submission->by_path = true;
	if (submission->is_current)
		engine_take_out(submission);
	submission_fail(submission, OUTCOME_REFUSED, &err);
	if (behind)
		fail_unrecorded(behind, r);
}

/* This iteration's intents are not durable: nothing is sent, and who waits is told. */
static void fail_unsent(struct engine *engine, int r)
{
	struct submission *submission;

	TAILQ_CONCAT(&engine->iteration.fresh, &engine->begun, link);
	while ((submission = TAILQ_FIRST(&engine->iteration.fresh))) {
		TAILQ_REMOVE(&engine->iteration.fresh, submission, link);
		engine->in_flight--;
		if (submission->record.queued) {
			engine->queued_in_flight--;
			submission_go_on_later(submission);
		} else {
			fail_unrecorded(submission, r);
		}
	}
	while ((submission = TAILQ_FIRST(&engine->waiting))) {
		TAILQ_REMOVE(&engine->waiting, submission, link);
		fail_unrecorded(submission, r);
	}
}

static void wake_loop(void *data)
{
	(void)data; /* the iteration's end does the work */
}

/*
 * Must an outcome be durable before it is told? What was made can be asked for again, unless a
 * create of the same name and content would be in doubt as well: that one could take the job. And
 * what the service holds does not last if older content is in the queue on the disk.
 */
static bool must_outcome_last(const struct submission *submission)
{
	const struct engine *engine = submission->engine;

	if (submission->outcome == OUTCOME_SETTLED)
		return engine_has_rival(engine, submission);
	return submission->must_last ||
	       (submission->outcome == OUTCOME_HELD &&
		ledger_has_queued(engine->ledger, submission->record.row) != 0);
}

/* Notes the creates of this iteration that have ended without a job. */
static void note_ends(struct engine *engine)
{
	const struct submission *submission;

	TAILQ_FOREACH (submission, &engine->iteration.ended, link) {
		if (!is_success(submission) && submission->outcome != OUTCOME_DOUBT)
			engine_note_end(submission);
	}
}

/* Records what has ended in this iteration. Returns -errno, else whether it must be durable before
 * it is told. */
static int record_ended(struct engine *engine)
{
	struct submission *submission;
	int must_last = 0;

	TAILQ_FOREACH (submission, &engine->iteration.ended, link) {
		int r = submission_record(submission);

		if (r == -EPROTO || r == -ENOENT)
			log_error("%s: its outcome cannot be recorded: %s", submission->path,
				  strerror(-r));
		else if (r < 0)
			return r;
		submission->must_last |= r > 0;
		CRASH_POINT("outcome-recorded");
		stall_next(loop_stall(engine->loop));
	}
	note_ends(engine);
	TAILQ_FOREACH (submission, &engine->iteration.ended, link)
		must_last |= must_outcome_last(submission);
	return must_last;
}

/* Records what has ended in this iteration, and commits. Returns -errno with nothing recorded, else
 * whether what is recorded has yet to become durable. */
static int record_outcomes(struct engine *engine)
{
	bool must_last;
	int r;

	/* an undo in the middle of the iteration took the iteration's intents along */
	r = ledger_take_loss(engine->ledger) ? -EIO : record_ended(engine);
	if (r >= 0 && ledger_take_loss(engine->ledger))
		r = -EIO;
	if (r < 0) {
		ledger_undo(engine->ledger); /* also what was recorded since */
		return r;
	}
	must_last = r || !TAILQ_EMPTY(&engine->iteration.fresh) ||
		    !LIST_EMPTY(&engine->iteration.promised);
	if (ledger_is_open(engine->ledger))
		CRASH_POINT("iteration-recorded");
	r = ledger_commit(engine->ledger, false);
	return r < 0 ? r : must_last;
}

static void iteration_fail(struct engine *engine, int r)
{
	struct submission *submission;

	log_error("the ledger cannot be written: %s", strerror(-r));
	ledger_take_loss(engine->ledger);
	refusals_are_lost(engine, r);
	catalogue_lost(engine->catalogue);
	fail_unsent(engine, r);
	answer_promised(engine, &engine->iteration.promised, r, UINT_MAX);
	/* what has ended is told, and recorded when the ledger can be written: until then it stays
	 * the current submission of its row, so nothing is sent twice. What must last and does not
	 * is no success */
	note_ends(engine);
	TAILQ_FOREACH (submission, &engine->iteration.ended, link)
		tell_waiters(submission, must_outcome_last(submission) ? r : 0);
	loop_timer_set(engine->loop, &engine->again, loop_now_ms(engine->loop) + LEDGER_AGAIN_MS,
		       wake_loop, NULL);
}

/* Takes a cost from what this iteration may release. false: that is used up. */
static bool pay_release(struct engine *engine, unsigned cost)
{
	if (!engine->releases_left)
		return false;
	engine->releases_left -= cost < engine->releases_left ? cost : engine->releases_left;
	return true;
}

/* Answers writers, sends requests and tells outcomes: of what is durable, as much as one iteration
 * may. The next iteration goes on, so that others have their turn. */
static void release_durable(struct engine *engine)
{
	struct batch now; /* what comes meanwhile is of the next */
	struct submission *submission;

	batch_init(&now);
	batch_move(&engine->durable, &now);
	engine->releases_left -= answer_promised(engine, &now.promised, 0, engine->releases_left);
	while ((submission = TAILQ_FIRST(&now.fresh)) &&
	       pay_release(engine, group_sync_cost(submission))) {
		TAILQ_REMOVE(&now.fresh, submission, link);
		CRASH_POINT("intent-durable");
		submission_send(submission);
		stall_next(loop_stall(engine->loop));
	}
	while ((submission = TAILQ_FIRST(&now.ended)) && pay_release(engine, 1)) {
		TAILQ_REMOVE(&now.ended, submission, link);
		CRASH_POINT("outcome-committed");
		if (second_look_begin(submission))
			continue;
		tell_waiters(submission, 0);
		CRASH_POINT("writer-told");
		finish_submission(submission);
		CRASH_POINT("submission-finished");
		stall_next(loop_stall(engine->loop));
	}
	if (batch_is_empty(&now))
		return;
	batch_move(&engine->durable, &now);
	batch_move(&now, &engine->durable);
	loop_go_on(engine->loop);
}

/* Makes what this iteration has recorded durable, and releases it. */
static int release_now(struct engine *engine)
{
	int r = group_sync_release(engine);

	if (r == 0)
		release_durable(engine);
	return r;
}

/* The same for outcomes that need not be durable before they are told. */
static void release_unsynced(struct engine *engine)
{
	batch_move(&engine->iteration, &engine->durable);
	release_durable(engine);
}

/* Takes up what callbacks have left in the engine's lists. Returns 0, or -errno: a sync has failed,
 * and another one that comes at once would fail as well. */
static int take_up(struct engine *engine)
{
	int sync_error = engine->sync_error;

	engine->sync_error = 0;
	if (sync_error)
		iteration_fail(engine, sync_error);
	release_durable(engine);
	if (engine->service_is_back) {
		engine->service_is_back = false;
		lost_answer_hurry_unanswered(engine);
	}
	return sync_error;
}

/* Paths have taken jobs of imports: the files of these are removed. */
static void remove_leaving_imports(struct engine *engine)
{
	if (ledger_imports_take_leaving(engine->ledger) && imports_are_placed(engine))
		placing_begin(&engine->imports->placing, engine, NULL, NULL);
}

void submit_iteration_end(struct engine *engine)
{
	struct submission_list begun; /* that are committed */
	int r;

	TAILQ_INIT(&begun);
	engine->releases_left = RELEASES_MAX;
	if (take_up(engine) < 0) {
		group_sync_go_on(engine);
		return;
	}
	do {
		fill_slots(engine);
		r = record_outcomes(engine);
		if (r >= 0)
			refusals_are_committed(engine);
		tell_recorded(engine, r < 0 ? r : 0);
		TAILQ_CONCAT(&begun, &engine->begun, link);
		if (r > 0 && group_sync_is_apart(engine))
			group_sync_hold(engine);
		else if (r > 0)
			r = release_now(engine);
		else if (r == 0)
			release_unsynced(engine);
		if (r < 0) {
			TAILQ_CONCAT(&engine->begun, &begun, link);
			iteration_fail(engine, r);
			break;
		}
		submission_ask_all(&begun);
	} while (!TAILQ_EMPTY(&engine->begun) || !TAILQ_EMPTY(&engine->iteration.fresh) ||
		 !TAILQ_EMPTY(&engine->iteration.ended) || !LIST_EMPTY(&engine->recorded) ||
		 ledger_is_open(engine->ledger) || has_free_slot(engine) ||
		 engine->queue_may_have_next);
	remove_leaving_imports(engine);
	soundness_go_on(engine);
	group_sync_go_on(engine);
}
