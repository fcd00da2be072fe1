/* SPDX-License-Identifier: MIT */
/*
 * submit=queue: the writer is answered when its content is durable here, and the engine sends it
 * when its turn comes. What is queued stays in the ledger; only what is being sent is in memory.
 * The submissions of a path keep their order. The queue gives out nothing for a path that has a
 * submission under way or in doubt, and newer content replaces what was not sent yet. While nothing
 * is queued and the service keeps up, content is recorded as being sent from the beginning, and
 * never as queued (may_pass()).
 *
 * Before a queued submission is sent, the ledger records durably that it is being sent. So what a
 * crash leaves as queued was surely not sent, and the service need not be asked.
 */
#define _GNU_SOURCE
#include "submit/queue.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "submit/bounds.h"
#include "submit/lost_round.h"
#include "submit/outage.h"
#include "submit/put_back.h"
#include "submit/rebound.h"
#include "submit/rows.h"
#include "submit/soundness.h"
#include "submit/start.h"
#include "submit/submission.h"
#include "submit/waiter.h"

#define TIDY_PAUSE_MS 10 /* ms between two steps that make the ledger's file smaller */

/* Returns how many queued submissions may be under way at the same time. During an outage that is
 * 1, to see whether the outage is over. */
static unsigned queued_max(const struct engine *engine)
{
	return engine->outage.failures ? 1 : engine->options.queued_inflight_max;
}

static bool has_slot(const struct engine *engine)
{
	return !engine->quiet && soundness_is_clear(engine) && engine->in_doubt < DOUBTS_MAX &&
	       !(engine->has_rebound && rebound_is_full(engine)) &&
	       engine->in_flight < engine->options.inflight_max &&
	       engine->queued_in_flight < queued_max(engine);
}

/* Records content in the queue. If an earlier submission of the row is in doubt, its next round of
 * questions begins now. Returns 0 or -errno. */
static int record_queued(struct engine *engine, struct ledger_submission *record,
			 const struct job_record *job)
{
	struct submission *current = engine_current(engine, job->row);
	int r = ledger_enqueue(engine->ledger, record, job->state);

	if (r < 0)
		return r;
	if (current && current->stage == STAGE_IN_DOUBT)
		lost_answer_hurry(current);
	engine->queue_is_empty = false;
	engine->queue_may_have_next = true;
	return 0;
}

/* May content for this row (job) be sent now without going through the queue? Yes if nothing is
 * queued, a slot is free, the queue does not stand still (outage_wait_ms()), and the row has no
 * unfinished submission. No if the row has an error or `incomplete`: ledger_enqueue() removes both.
 */
static bool may_pass(const struct engine *engine, const struct job_record *job)
{
	return engine->queue_is_empty && has_slot(engine) && !outage_wait_ms(engine) &&
	       engine_is_idle(engine, job) && !job->error && !job->incomplete;
}

/* Records content as being sent, and starts its submission. Returns 0 or -errno. */
static int start_past_queue(struct engine *engine, struct ledger_submission *take_submission,
			    const struct job_record *job, const char *path)
{
	struct submission *submission;

	take_submission->queued = true;
	submission = submission_create(engine, take_submission, path);
	if (!submission)
		return -ENOMEM;
	engine_put(submission);
	return submission_start(submission, job);
}

int engine_enqueue(struct engine *engine, struct ledger_submission *take_submission,
		   const struct job_record *job, const char *path, submit_done_fn *done, void *data,
		   struct waiter **ret_waiter, struct err *err)
{
	const struct owner owner = take_submission->owner;
	struct waiter *waiter = NULL;
	int r;

	if (engine_is_idle(engine, job) && engine_is_held(job, take_submission)) {
		r = ledger_agree(engine->ledger, job->row, &take_submission->attrs);
		engine->metrics.submissions[SUBMIT_UPDATE][OUTCOME_HELD] += r == 0;
	} else if (!(waiter = waiter_create(engine, done, data))) {
		r = -ENOMEM;
	} else {
		r = may_pass(engine, job) ? start_past_queue(engine, take_submission, job, path)
					  : record_queued(engine, take_submission, job);
	}
	if (r >= 0 && waiter)
		refusals_expect(engine, path, &owner);
	ledger_submission_finish(take_submission);
	if (r < 0) {
		free(waiter);
		return err_set(err, -r, "the ledger cannot record the submission: %s",
			       strerror(-r));
	}
	if (waiter)
		LIST_INSERT_HEAD(&engine->iteration.promised, waiter, link);
	*ret_waiter = waiter;
	return 0;
}

/* Call this when nothing in the queue will be due: gives back the room in the ledger's file that
 * finished submissions have left, in small steps. */
static void tidy_queue(struct engine *engine)
{
	int r = ledger_compact(engine->ledger);

	if (r < 0)
		log_warning("the ledger cannot be made smaller: %s", strerror(-r));
	if (r > 0)
		queue_wake_after(engine, TIDY_PAUSE_MS);
	else
		loop_timer_cancel(&engine->queue_due);
}

/* Call this when no queued submission may be taken now: sets the timer for the next one that will
 * be due. If none will be, calls tidy_queue(). Returns 0 or -errno. */
static int wait_for_next(struct engine *engine)
{
	int64_t due_ms, now_ms = engine_realtime_ms(engine);
	int r = ledger_next_due(engine->ledger, &due_ms, &engine->queue_is_empty);

	if (r == -ENOENT) {
		tidy_queue(engine);
		return 0;
	}
	if (r == 0)
		queue_wake_after(engine, due_ms > now_ms ? due_ms - now_ms : 0);
	return r;
}

void queue_begin(struct engine *engine)
{
	queue_wake_after(engine, 0);
}

/*
 * Takes one submission from the queue. Sets *is_rebound if it was queued before -o rebind. Returns
 * 0, -ENOENT if none may be sent now, or another -errno. -EBUSY: the next submission was just put
 * back, and is still in memory, because its end is not durable yet. It must not be there twice.
 * When it leaves the memory, the queue is looked at again.
 */
static int take_next_queued(struct engine *engine, bool *is_rebound)
{
	struct ledger_submission record;
	_cleanup_free_ char *path = NULL;
	struct submission *submission;
	int r = ledger_next(engine->ledger, engine_realtime_ms(engine), &record);

	if (r < 0)
		return r;
	r = engine_has(engine, record.row) ? -EBUSY
					   : ledger_path(engine->ledger, record.row, &path);
	if (r < 0) {
		ledger_submission_finish(&record);
		return r;
	}
	submission = submission_create(engine, &record, path);
	if (!submission)
		return -ENOMEM;
	engine_put(submission);
	if (submission->record.rebound) {
		r = rebound_ask(submission);
		*is_rebound = true;
	} else {
		r = submission_start(submission, NULL);
	}
	return r < 0 ? -EIO : 0; /* on failure the submission is back in the queue */
}

void queue_fill_slots(struct engine *engine)
{
	int64_t wait_ms = outage_wait_ms(engine);
	unsigned rebound = 0;
	int r = 0;

	if (engine->queue_may_have_next && wait_ms > 0) {
		engine->queue_may_have_next = false;
		queue_wake_after(engine, wait_ms);
	}
	while (engine->queue_may_have_next && has_slot(engine)) {
		bool is_rebound = false;

		r = take_next_queued(engine, &is_rebound);
		if (r < 0)
			break;
		stall_next(loop_stall(engine->loop));
		rebound += is_rebound;
		if (rebound == REBOUND_AT_ONCE) {
			queue_wake_after(engine, 0);
			break;
		}
	}
	if (r == -ENOENT)
		r = wait_for_next(engine);
	if (r < 0 && r != -EBUSY) {
		log_error("the ledger cannot be used, the queue waits: %s", strerror(-r));
		queue_wake_after(engine, LEDGER_AGAIN_MS);
	}
	/* look again when a slot is free, or when the timer runs */
	engine->queue_may_have_next = false;
}

void submit_hasten(struct engine *engine)
{
	int r = ledger_hasten(engine->ledger);

	if (r < 0)
		log_error("the queue cannot be hastened: %s", strerror(-r));
	engine->outage.throttled_until_ms = 0;
	outage_end(engine);
	engine->queue_may_have_next = true;
}

void submit_quiesce(struct engine *engine)
{
	engine->quiet = true;
	soundness_refuse_waiting(engine);
}
