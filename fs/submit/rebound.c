/* SPDX-License-Identifier: MIT */
/*
 * After -o rebind the queue is in doubt: the other copy of the state directory may have sent what
 * is in it (ledger/instance.c). So a submission that was queued before is not sent when the queue
 * gives it out. It is treated as a request whose answer was lost, and the service is asked
 * (lost_answer.c). A create is looked for among the jobs of this name, project and content that no
 * file has. An update is looked for among the versions after the base. If the service has neither,
 * the submission goes back to the queue, without its doubt, and is sent like any other.
 *
 * For such a create no job counts as known (lost_match.c): the other copy may have made any job of
 * its name. Only REBOUND_DOUBTS_MAX of these submissions are in doubt, and in memory, at a time.
 * The others stay queued in the ledger.
 *
 * A request of the other copy may be under way when this mount begins. So an answer that nothing
 * was found is believed only some time after the beginning of the mount.
 *
 * New content for the path does not replace such a submission. The new content waits behind it, as
 * behind every submission in doubt.
 */
#define _GNU_SOURCE
#include "submit/rebound.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "submit/bounds.h"
#include "submit/put_back.h"
#include "submit/rows.h"
#include "submit/start.h"
#include "submit/submission.h"
#include "submit/versions.h"

bool rebound_is_full(const struct engine *engine)
{
	return engine->in_doubt >= REBOUND_DOUBTS_MAX;
}

/* Records the submission as a request that may have been sent. Returns 0 or -errno. */
static int record_as_sent(struct submission *submission, const struct job_record *job)
{
	int r = submission_record_intent(submission, job);

	if (r == 0 && submission_is_create(submission))
		r = ledger_know(submission->engine->ledger, &submission->record, "", false);
	CRASH_POINT("rebound-recorded");
	return r;
}

int rebound_ask(struct submission *submission)
{
	_cleanup_job_record_ struct job_record job = {0};
	int r = ledger_get(submission->engine->ledger, submission->record.row, &job);
	struct err err;

	if (r == 0)
		r = versions_prepare(submission, &job);
	if (r == 0) {
		if (submission_end_held(submission, &job))
			return 0;
		r = record_as_sent(submission, &job);
	}
	if (r < 0) {
		queue_put_back(submission);
		return r;
	}
	err_set(&err, EINTR, "another copy of the state directory may have sent it");
	submission_fail(submission, OUTCOME_DOUBT, &err);
	return 0;
}

/* Makes a submission of what is queued for a row (take_queued, which it takes), and asks the
 * service what became of it. Returns 0 or -errno. */
static int ask_about_queued(struct engine *engine, const char *path,
			    struct ledger_submission *take_queued)
{
	struct submission *submission = submission_create(engine, take_queued, path);

	if (!submission)
		return -ENOMEM;
	engine_put(submission);
	return rebound_ask(submission);
}

/* If a submission from before -o rebind is queued for the row, takes it, and asks the service.
 * Returns 1 then, 0 if there is none, or -errno. -EBUSY: another submission of the row is in
 * memory. */
static int take_first(struct engine *engine, const char *path, int64_t row)
{
	struct ledger_submission queued;
	int r = ledger_queued(engine->ledger, row, &queued);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (queued.rebound && !engine_has(engine, row)) {
		r = ask_about_queued(engine, path, &queued);
		return r < 0 ? r : 1;
	}
	r = queued.rebound ? -EBUSY : 0;
	ledger_submission_finish(&queued);
	return r;
}

static int explain_busy(struct err *err)
{
	err_set(err, EBUSY,
		"what was queued for this file before -o rebind waits for an earlier submission of "
		"the file");
	err_detail(err, "what_to_do", "write the file again in a minute");
	return -EBUSY;
}

int rebound_make_way(struct engine *engine, const char *path, struct job_record *job,
		     struct err *err)
{
	const int64_t row = job->row;
	int r;

	if (!engine->has_rebound || !job_state_is_unfinished(job->state))
		return 0;
	r = take_first(engine, path, row);
	if (r == -EBUSY)
		return explain_busy(err);
	if (r > 0) {
		job_record_finish(job);
		*job = (struct job_record){0};
		r = ledger_get(engine->ledger, row, job);
	}
	return r < 0 ? err_set(err, -r, "the ledger cannot be read or written: %s", strerror(-r))
		     : 0;
}
