/* SPDX-License-Identifier: MIT */
/* Takes up what an earlier mount has left unfinished. */
#define _GNU_SOURCE
#include "submit/recovery.h"

#include <errno.h>

#include "base/crash.h"
#include "submit/queue.h"
#include "submit/rows.h"
#include "submit/submission.h"
#include "submit/versions.h"

/* May the request of this submission of an earlier mount have been sent? Yes if the answer to its
 * question was recorded, or if it needed no question. Returns 1, 0 or -errno. */
static int may_be_sent(struct engine *engine, struct ledger_submission *record)
{
	int r;

	if (record->kind != SUBMIT_CREATE)
		return record->onto != 0;
	r = ledger_read_known(engine->ledger, record);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

/* Takes up a submission of an earlier mount. If its request may have been sent (sent), puts the
 * submission in doubt. Otherwise it goes back to the queue, or fails if it was not queued. */
static void take_further(struct submission *submission, bool sent)
{
	struct err err;

	engine_put(submission);
	if (sent) {
		err_set(&err, EINTR, "cocfs was stopped before the service had answered");
		submission_fail(submission, OUTCOME_DOUBT, &err);
		CRASH_POINT("doubt-taken-up");
	} else {
		err_set(&err, EINTR, "cocfs was stopped before anything was sent");
		err_detail(&err, "what_to_do", "write the file again");
		submission_later(submission, &err, 0);
		CRASH_POINT("unsent-taken-up");
	}
}

static int take_up_submission(void *data, struct ledger_submission *take_submission)
{
	struct engine *engine = data;
	_cleanup_free_ char *path = NULL;
	_cleanup_job_record_ struct job_record job = {0};
	int64_t row = take_submission->row;
	struct submission *submission;
	int r = ledger_path(engine->ledger, row, &path), sent = 0;

	if (r == 0)
		r = ledger_get(engine->ledger, row, &job);
	if (r == 0)
		r = sent = may_be_sent(engine, take_submission);
	if (r < 0) {
		ledger_submission_finish(take_submission);
		return r;
	}
	submission = submission_create(engine, take_submission, path);
	if (!submission)
		return -ENOMEM;
	r = versions_prepare(submission, &job);
	if (r < 0) {
		submission_destroy(submission);
		return r;
	}
	submission->job_id = steal_ptr(job.job_id);
	take_further(submission, sent);
	return 0;
}

int engine_recover(struct engine *engine)
{
	int r = ledger_unfinished(engine->ledger, take_up_submission, engine);

	if (r == 0)
		r = ledger_has_rebound(engine->ledger);
	if (r < 0)
		return r;
	engine->has_rebound = r;
	queue_begin(engine);
	return 0;
}
