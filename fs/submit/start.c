/* SPDX-License-Identifier: MIT */
/* How a submission starts when a slot is free: the intent is recorded, except of a deletion. Until
 * a slot is free the submission waits, within its time. */
#define _GNU_SOURCE
#include "submit/start.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "job/fixed.h"
#include "submit/ask.h"
#include "submit/put_back.h"
#include "submit/rows.h"
#include "submit/soundness.h"
#include "submit/submission.h"
#include "submit/versions.h"

/* Records the refusal of a submission that stood behind another one for too long. It has the newest
 * content of the file, so its story must stay when the submission ahead ends: ledger_refuse(). */
static void refuse_newest(struct submission *submission, const struct err *err)
{
	_cleanup_free_ char *story = err_story(err);
	int r = story ? ledger_refuse(submission->engine->ledger, submission->record.row, false,
				      err, story)
		      : -ENOMEM;

	if (r < 0)
		log_error("%s: the ledger cannot record this: %s", submission->path, strerror(-r));
}

/* Fills err: the wait behind the submission ahead was too long. If that is in doubt and cannot be
 * decided, err also says how to end its doubt. */
static void explain_wait(const struct submission *ahead, struct err *err)
{
	static const char waited[] =
		"nothing was sent in time: an earlier submission of this file has not ended";

	if (ahead->open_story && ahead->err) {
		*err = *ahead->err;
		err->errnum = ETIMEDOUT;
		err_drop(err, "state");
		err_context(err, "%s", waited);
	} else {
		err_set(err, ETIMEDOUT, "%s", waited);
		err_detail(err, "what_to_do", "write the file again later");
	}
}

void submission_expire(void *data)
{
	struct submission *submission = data;
	struct engine *engine = submission->engine;
	struct err err;

	if (submission->stage == STAGE_BEHIND) {
		struct submission *ahead = engine_current(engine, submission->record.row);

		explain_wait(ahead, &err);
		ahead->behind = NULL;
		refuse_newest(submission, &err);
	} else {
		err_set(&err, ETIMEDOUT, "nothing was sent in time: %s",
			soundness_is_clear(engine)
				? "too many requests are under way"
				: "the ledger is still being checked after a crash");
		err_detail(&err, "what_to_do", "write the file again later");
		TAILQ_REMOVE(&engine->waiting, submission, link);
	}
	submission_fail(submission, OUTCOME_REFUSED, &err);
}

/* Is this update sent without a check of the newest version, or may another copy of the state
 * directory have sent it before (-o rebind)? */
static bool is_unchecked(const struct submission *submission)
{
	return submission->record.rebound || !versions_are_checked(submission);
}

int submission_record_intent(struct submission *submission, const struct job_record *job)
{
	int r;

	submission->record.kind = job->job_id ? SUBMIT_UPDATE : SUBMIT_CREATE;
	if (job->job_id) {
		submission->job_id = strdup(job->job_id);
		r = submission->job_id ? attr_keep_fixed(&submission->record.attrs, &job->sent)
				       : -ENOMEM;
		if (r < 0)
			return r;
	}
	/* onto is 0 for a create, and if the check before the update sets it later. Without a check
	 * it is the version that was seen last. After -o rebind it is the base: the other copy may
	 * have sent the update on top of that, or of a later version. If that version is not known,
	 * it is 1 */
	submission->record.onto = 0;
	if (job->job_id && is_unchecked(submission)) {
		int64_t onto =
			submission->record.rebound ? versions_base(submission) : job->version;

		submission->record.onto = onto > 0 ? onto : 1;
	}
	submission->record.state = JOB_SUBMITTING;
	submission->record.started_ms = engine_realtime_ms(submission->engine);
	return submission->record.id
		       ? ledger_start(submission->engine->ledger, &submission->record)
		       : ledger_intend(submission->engine->ledger, &submission->record, job->state);
}

bool submission_end_held(struct submission *submission, const struct job_record *job)
{
	struct ledger *ledger = submission->engine->ledger;

	if (!engine_is_held(job, &submission->record))
		return false;
	/* delete it from the queue now: otherwise the queue would give it out again */
	if (submission->record.queued)
		ledger_end(ledger, &submission->record);
	submission->held_id = ledger_newest_id(ledger);
	submission_settle(submission, OUTCOME_HELD, job->job_id,
			  (struct job_versions){job->base, job->version});
	return true;
}

/*
 * Checks the risk level before an intent is recorded. A create is checked here although its commit
 * was checked: an earlier mount may have allowed more then. For an update returns 0: its level is
 * checked when the service has shown the job. But with conflict=overwrite the service may not be
 * asked, so an update is checked here, too, with the level that was seen last. Returns 0, or -EPERM
 * with err filled.
 */
static int check_risk_at_start(const struct submission *submission, const struct job_record *job,
			       struct err *err)
{
	return job->job_id && !submission->engine->options.overwrite
		       ? 0
		       : versions_check_risk(submission, err);
}

static void wait_for_slot(struct submission *submission)
{
	struct engine *engine = submission->engine;

	submission->stage = STAGE_WAITING;
	TAILQ_INSERT_TAIL(&engine->waiting, submission, link);
	loop_timer_set(engine->loop, &submission->timer, submission->deadline_ms, submission_expire,
		       submission);
}

int submission_start(struct submission *submission, const struct job_record *known)
{
	_cleanup_job_record_ struct job_record found = {0};
	const struct job_record *job = known ? known : &found;
	struct engine *engine = submission->engine;
	struct err err;
	int r;

	if (soundness_refuse(engine, &err) < 0) {
		submission_fail(submission, OUTCOME_REFUSED, &err);
		return 0;
	}
	if (!soundness_is_clear(engine) || engine->in_flight >= engine->options.inflight_max) {
		wait_for_slot(submission);
		return 0;
	}
	loop_timer_cancel(&submission->timer);
	r = known ? 0 : ledger_get(engine->ledger, submission->record.row, &found);
	if (r == 0)
		r = versions_prepare(submission, job);
	if (r == 0 && !submission->deletion) {
		if (submission_end_held(submission, job))
			return 0;
		if (check_risk_at_start(submission, job, &err) < 0) {
			submission_fail(submission, OUTCOME_REFUSED, &err);
			return 0;
		}
		CRASH_POINT("intent-wanted");
		r = submission_record_intent(submission, job);
		CRASH_POINT("intent-recorded");
	}
	if (r < 0 && submission->record.queued) {
		queue_put_back(submission);
		return r;
	}
	if (r < 0) {
		err_set(&err, -r, "the ledger cannot record the submission, nothing was sent: %s",
			strerror(-r));
		submission_fail(submission, OUTCOME_REFUSED, &err);
		return 0;
	}
	submission->deadline_ms = submission->record.queued
					  ? loop_now_ms(engine->loop) + engine->options.timeout_ms
					  : submission->deadline_ms;
	submission_count_in_flight(submission, 1);
	if (submission_is_asked_for(submission)) {
		submission->stage = STAGE_BEGUN;
		TAILQ_INSERT_TAIL(&engine->begun, submission, link);
	} else {
		submission->stage = STAGE_FRESH;
		TAILQ_INSERT_TAIL(&engine->iteration.fresh, submission, link);
	}
	return 0;
}
