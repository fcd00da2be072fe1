/* SPDX-License-Identifier: MIT */
/*
 * The end of an iteration: first durable, then sent, then answered. The question before a request
 * (ask.c) changes nothing on the service, so it is asked as soon as the intent is committed, before
 * that is durable. If other requests or writers would have to wait for the disk, what is not
 * durable yet is held for a later sync (group_sync.c), in the same order.
 *
 * The work repeats until nothing is left to do: an answer lets the submission behind it start, and
 * an ended request frees its slot for a waiting submission. Only sending and answering are limited:
 * what is above RELEASES_MAX is left to the next iterations.
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
	/* First the submissions whose writers are blocked, then the background queue. */
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

/* Answers all waiters of a submission: with r after a success, else with its error. r: 0, or the
 * -errno that kept its outcome from being recorded. */
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

/* Answers the waiters in engine->recorded: each with its own result, or with r if that is 0. r: 0,
 * or the -errno of this iteration's commit. */
static void tell_recorded(struct engine *engine, int r)
{
	struct waiter *waiter;

	while ((waiter = LIST_FIRST(&engine->recorded))) {
		waiter_answer(engine, waiter, waiter->result ? waiter->result : r, false);
		stall_next(loop_stall(engine->loop));
	}
}

/* Answers at most `most` writers whose content went into the queue. r: 0 if that is durable, or
 * -errno. Returns how many were answered. */
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

/* Frees a submission whose outcome is recorded, and starts the submission behind it. With
 * OUTCOME_DOUBT the submission stays, and the service is asked. */
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
	/* the path and the slot of the submission are free now */
	engine->queue_may_have_next = !engine->queue_is_empty;
	if (behind) {
		engine_put(behind);
		submission_start(behind, NULL);
	}
}

/* Fails a submission, and the one behind it, because the ledger has lost the iteration with -errno
 * r. Its row may have been lost as well. */
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

/* The intents of this iteration are not durable: sends nothing. Fails the submissions that writers
 * wait for, and all that wait for a slot. Queued submissions try again later. */
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
	(void)data; /* the end of the iteration does the work */
}

/*
 * Must an outcome be durable before its waiters are answered? OUTCOME_SETTLED need not: after a
 * crash the service can be asked what became of the request. But for a create it must, if another
 * create of the same name and content could be in doubt after a crash. The other create could take
 * the job. OUTCOME_HELD must, if the queue on the disk has older content of the path: after a crash
 * that content would be sent. Any outcome but OUTCOME_SETTLED must, if must_last is set.
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

/* Calls engine_note_end() for each submission of this iteration that has ended without success and
 * not in doubt. Until a sync the disk may say that it is under way. */
static void note_ends(struct engine *engine)
{
	const struct submission *submission;

	TAILQ_FOREACH (submission, &engine->iteration.ended, link) {
		if (!is_success(submission) && submission->outcome != OUTCOME_DOUBT)
			engine_note_end(submission);
	}
}

/* Records the outcomes of the submissions that ended in this iteration. If the row of one is gone,
 * or cannot move to the new state (-EPROTO), only logs that. Returns -errno, or 1 if they must be
 * durable before their waiters are answered, or 0. */
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

/* Records the outcomes of this iteration, and commits all that it has changed. Returns 1 if that
 * has to become durable before anything is sent or answered, 0 if not. On failure returns -errno,
 * and nothing of the iteration is recorded. */
static int record_outcomes(struct engine *engine)
{
	bool must_last;
	int r;

	/* a failed write in the middle of the iteration has undone the iteration's intents, too */
	r = ledger_take_loss(engine->ledger) ? -EIO : record_ended(engine);
	if (r >= 0 && ledger_take_loss(engine->ledger))
		r = -EIO;
	if (r < 0) {
		ledger_undo(engine->ledger); /* undoes also what was recorded since that loss */
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
	/* Answer the submissions that have ended. Their outcomes are recorded when the ledger can
	 * be written again. Until then each stays the current submission of its row, so nothing is
	 * sent twice. But if an outcome must be durable first, its waiters get the failure of the
	 * ledger. */
	note_ends(engine);
	TAILQ_FOREACH (submission, &engine->iteration.ended, link)
		tell_waiters(submission, must_outcome_last(submission) ? r : 0);
	loop_timer_set(engine->loop, &engine->again, loop_now_ms(engine->loop) + LEDGER_AGAIN_MS,
		       wake_loop, NULL);
}

/* Takes a cost from what this iteration may still release; the last release may cost more than is
 * left. Returns false if nothing was left. */
static bool pay_release(struct engine *engine, unsigned cost)
{
	if (!engine->releases_left)
		return false;
	engine->releases_left -= cost < engine->releases_left ? cost : engine->releases_left;
	return true;
}

/* Releases what is in engine->durable, as much as one iteration may: answers writers whose content
 * is queued, sends requests, and begins second looks or answers the waiters of ended submissions.
 * The next iteration goes on with the rest. So other work of the loop goes on, too. */
static void release_durable(struct engine *engine)
{
	/* what callbacks add to engine->durable meanwhile is for the next iteration */
	struct batch now;
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

/* Makes durable what this iteration has recorded, and releases it. Returns 0 or -errno. */
static int release_now(struct engine *engine)
{
	int r = group_sync_release(engine);

	if (r == 0)
		release_durable(engine);
	return r;
}

/* Releases this iteration without a sync. Call this if it has recorded only outcomes that need not
 * be durable before their waiters are answered. */
static void release_unsynced(struct engine *engine)
{
	batch_move(&engine->iteration, &engine->durable);
	release_durable(engine);
}

/* Takes up what callbacks have left since the last iteration: the failure of a sync, what became
 * durable, and the end of an outage. Returns 0, or the -errno of a sync that has failed. Then end
 * the iteration: another sync now would fail as well. */
static int take_up_lists(struct engine *engine)
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

/* If imports have begun to leave, because other paths have taken their jobs, begins a placing,
 * which removes their files. Does nothing if this mount makes no files for imports. */
static void remove_leaving_imports(struct engine *engine)
{
	if (ledger_imports_take_leaving(engine->ledger) && imports_are_placed(engine))
		placing_begin(&engine->imports->placing, engine, NULL, NULL);
}

void submit_iteration_end(struct engine *engine)
{
	struct submission_list begun; /* submissions whose intents are committed */
	int r;

	TAILQ_INIT(&begun);
	engine->releases_left = RELEASES_MAX;
	if (take_up_lists(engine) < 0) {
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
