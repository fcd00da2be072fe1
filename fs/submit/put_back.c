/* SPDX-License-Identifier: MIT */
/* How a submission that was taken from the queue goes back to it. */
#define _GNU_SOURCE
#include "submit/put_back.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

#include "submit/rows.h"
#include "submit/submission.h"

static void wake_queue(void *data)
{
	struct engine *engine = data;

	engine->queue_may_have_next = true;
}

void queue_wake_after(struct engine *engine, int64_t wait_ms)
{
	loop_timer_set(engine->loop, &engine->queue_due, loop_now_ms(engine->loop) + wait_ms,
		       wake_queue, engine);
}

/* Records the submission as queued again, if the ledger says that it is being sent. Does nothing if
 * its row is gone. If the ledger fails, only the next mount sends it, and the log says so. */
static void unstart_submission(struct submission *submission)
{
	_cleanup_job_record_ struct job_record job = {0};
	struct ledger *ledger = submission->engine->ledger;
	int r = ledger_get(ledger, submission->record.row, &job);

	if (r == 0 && job.state == JOB_SUBMITTING)
		r = ledger_requeue(ledger, &submission->record, 0,
				   "the ledger could not be synced");
	if (r < 0 && r != -ENOENT)
		log_error("%s: it is sent after the next mount: %s", submission->path,
			  strerror(-r));
}

void queue_put_back(struct submission *submission)
{
	struct engine *engine = submission->engine;
	struct submission *behind = submission->behind;

	unstart_submission(submission);
	engine_note_end(submission);
	submission->behind = NULL;
	engine_take_out(submission);
	submission_destroy(submission);
	if (behind) {
		engine_put(behind);
		behind->stage = STAGE_WAITING;
		TAILQ_INSERT_TAIL(&engine->waiting, behind, link);
	}
	engine->queue_is_empty = false;
	engine->queue_may_have_next = false;
	queue_wake_after(engine, LEDGER_AGAIN_MS);
}
