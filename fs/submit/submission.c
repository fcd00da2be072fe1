/* SPDX-License-Identifier: MIT */
/* A submission in memory: how it is made, and how it ends. */
#define _GNU_SOURCE
#include "submit/submission.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "submit/adoption_notes.h"
#include "submit/bounds.h"
#include "submit/seen_jobs.h"
#include "submit/question.h"
#include "submit/second_look.h"
#include "submit/lost_round.h"
#include "submit/versions.h"
#include "submit/waiter.h"

struct submission *submission_create(struct engine *engine,
				     struct ledger_submission *take_submission, const char *path)
{
	struct submission *submission = calloc(1, sizeof(*submission));

	if (!submission || !(submission->path = strdup(path))) {
		free(submission);
		ledger_submission_finish(take_submission);
		return NULL;
	}
	submission->engine = engine;
	submission->record = *take_submission;
	*take_submission = (struct ledger_submission){0};
	submission->deadline_ms = loop_now_ms(engine->loop) + engine->options.timeout_ms;
	LIST_INIT(&submission->waiters);
	engine->under_way++;
	return submission;
}

int submission_create_charged(struct engine *engine, struct ledger_submission *take_submission,
			      const char *path, struct submission **ret_submission)
{
	size_t size = SUBMISSION_BYTES + take_submission->content_size;
	uid_t user = take_submission->user;
	struct submission *submission;

	if (!shares_take(&engine->memory, user, size)) {
		ledger_submission_finish(take_submission);
		return -EAGAIN;
	}
	submission = submission_create(engine, take_submission, path);
	if (!submission) {
		shares_give(&engine->memory, user, size);
		return -ENOMEM;
	}
	submission->charged = size;
	*ret_submission = submission;
	return 0;
}

void submission_destroy(struct submission *submission)
{
	if (!submission)
		return;
	waiters_drop(&submission->waiters);
	if (submission->call)
		engine_cancel_call(submission->engine, submission->call);
	question_finish(submission);
	adoption_finish(submission);
	second_look_finish(submission);
	id_set_finish(&submission->listed);
	loop_timer_cancel(&submission->timer);
	lost_answer_finish(submission);
	if (submission->stage == STAGE_IN_DOUBT)
		submission->engine->in_doubt--;
	else
		submission->engine->under_way--;
	if (submission->charged)
		shares_give(&submission->engine->memory, submission->record.user,
			    submission->charged);
	ledger_submission_finish(&submission->record);
	free(submission->search.author);
	buf_finish(&submission->notice);
	free(submission->request_id);
	free(submission->err);
	free(submission->job_id);
	free(submission->path);
	free(submission);
}

void submission_note_request_id(struct submission *submission, const char *request_id)
{
	char *copy = request_id[0] ? strdup(request_id) : NULL;

	if (copy) {
		free(submission->request_id);
		submission->request_id = copy;
	}
}

static void count_outcome(struct submission *submission, enum submission_outcome outcome)
{
	struct metrics *metrics = &submission->engine->metrics;
	/* OUTCOME_HELD before the kind is known counts as an update */
	int kind = submission->deletion					 ? METRICS_KIND_DELETE
		   : !submission->record.kind && outcome == OUTCOME_HELD ? SUBMIT_UPDATE
									 : submission->record.kind;

	metrics->submissions[kind][outcome]++;
	if (outcome == OUTCOME_SETTLED && !submission->deletion)
		metrics->bytes += submission->record.content_size;
}

static void end_submission(struct submission *submission, enum submission_outcome outcome)
{
	struct engine *engine = submission->engine;

	count_outcome(submission, outcome);
	loop_timer_cancel(&submission->timer);
	lost_answer_finish(submission);
	if (submission->stage == STAGE_IN_DOUBT) {
		engine->in_doubt--;
		engine->under_way++;
	}
	submission->stage = STAGE_ENDED;
	submission->outcome = outcome;
	TAILQ_INSERT_TAIL(&engine->iteration.ended, submission, link);
}

static void log_settled(const struct submission *submission, enum submission_outcome outcome,
			const char *job_id)
{
	const struct log_about about = {.path = submission->path, .job_id = job_id};

	if (submission->is_unseen)
		log_about(LOG_LEVEL_WARNING, &about,
			  "%s: the service has no job %s: nothing is deleted, and the name "
			  "remembers the job: the keys may be another account's",
			  submission->path, job_id);
	else if (submission->deletion)
		log_about(LOG_LEVEL_INFO, &about, "%s: job %s deleted", submission->path, job_id);
	else if (outcome == OUTCOME_SETTLED)
		log_about(LOG_LEVEL_INFO, &about, "%s: job %s v%lld %s", submission->path, job_id,
			  (long long)submission->versions.base,
			  submission->record.kind == SUBMIT_CREATE ? "created" : "updated");
}

void submission_settle(struct submission *submission, enum submission_outcome outcome,
		       const char *job_id, struct job_versions versions)
{
	if (outcome == OUTCOME_SETTLED && job_id != submission->job_id) {
		char *copy = strdup(job_id);

		if (!copy) {
			/* without the job's ID the answer is as good as lost: ask the service */
			struct err err;

			err_set(&err, ENOMEM, "out of memory when the service had answered");
			submission_fail(submission, OUTCOME_DOUBT, &err);
			return;
		}
		free(submission->job_id);
		submission->job_id = copy;
	}
	submission->versions = versions;
	if (outcome == OUTCOME_SETTLED || submission->is_there)
		seen_jobs_note(submission->engine, job_id, false);
	log_settled(submission, outcome, job_id);
	end_submission(submission, outcome);
}

/* Adds to the story of a submission in doubt that the service is being asked, and that a user may
 * safely write the file again. */
static void explain_doubt(struct err *err)
{
	err_detail(err, "state",
		   "in-doubt: the service is being asked, coc.state tells when it is settled; "
		   "writing the file again is safe");
}

void submission_fail(struct submission *submission, enum submission_outcome outcome,
		     const struct err *err)
{
	if (!submission->err)
		submission->err = malloc(sizeof(*submission->err));
	log_err(outcome == OUTCOME_LATER ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, submission->path,
		submission->job_id, err);
	if (submission->err) {
		*submission->err = *err;
		if (outcome == OUTCOME_DOUBT)
			explain_doubt(submission->err);
	}
	end_submission(submission, outcome);
}

/* Returns the base that the row gets after a failure; 0: it keeps its base. With submit=queue the
 * refused text is in the file already. If it was made from an older version than the base, that
 * older version becomes the base. */
static int64_t base_of_the_text(const struct submission *submission)
{
	int64_t base = submission->record.base;

	return submission->record.queued && base < submission->versions.base ? base : 0;
}

/* Records the newest version and the values of the job that a failed update has seen. If the job is
 * gone, records that, too. Returns 0 or -errno. */
static int record_what_was_seen(const struct submission *submission)
{
	struct ledger *ledger = submission->engine->ledger;
	const struct err *err = submission->err;

	if (submission->seen) {
		int r = ledger_see(ledger, submission->record.row, submission->seen,
				   base_of_the_text(submission));

		return r < 0 ? r
			     : ledger_see_held(ledger, submission->record.row,
					       &submission->record.held);
	}
	/* if the job is gone, the service does not hold the content any more */
	return submission->outcome == OUTCOME_FAILED && !submission->deletion && err &&
			       err->errnum == ESTALE && !submission->is_conflict
		       ? ledger_untrust(ledger, submission->record.row)
		       : 0;
}

static int record_failure(struct submission *submission)
{
	struct ledger *ledger = submission->engine->ledger;
	struct err unkept; /* used if there was no memory to keep the error */
	const struct err *err = submission->err;
	_cleanup_free_ char *story = NULL;
	int r = record_what_was_seen(submission);

	if (r < 0)
		return r;

	if (!err) {
		err_set(&unkept, ENOMEM, "out of memory: what was wrong is in the log");
		err = &unkept;
	}
	story = err_story(err);
	if (!story)
		return -ENOMEM;
	if (submission->outcome == OUTCOME_DOUBT)
		return ledger_doubt(ledger, &submission->record, err, story,
				    submission->request_id);
	/* With an ID the submission is in the ledger: an intent was committed, even if it did not
	 * become durable. ledger_give_up() deletes it. */
	if ((submission->outcome == OUTCOME_REFUSED && !submission->record.id) ||
	    submission->deletion)
		return ledger_give_up_unsent(ledger, submission->record.row, err, story);
	return ledger_give_up(ledger, &submission->record, err, story, submission->request_id);
}

/* Finds the row of a submission. If the ledger has lost the row, finds or makes a row of its path,
 * and sets record.row. Returns 0, -ENOENT if another user's row has the path by now, or another
 * -errno. */
static int find_submission_row(struct submission *submission)
{
	_cleanup_job_record_ struct job_record job = {0};
	struct ledger *ledger = submission->engine->ledger;
	const struct owner *owner = &submission->record.owner;
	int r = ledger_get(ledger, submission->record.row, &job);

	if (r != -ENOENT)
		return r;
	r = ledger_find_or_make(ledger, submission->path, owner, &job);
	if (r == 0 && !holding_is_of(&job.holding, owner->file.uid))
		r = -ENOENT;
	if (r == 0)
		submission->record.row = job.row;
	return r;
}

/* Records the refusal of a submission whose row the ledger may have lost. Returns 0 or -errno. */
static int record_by_path(struct submission *submission)
{
	int r = submission->record.id ? ledger_end(submission->engine->ledger, &submission->record)
				      : 0;

	if (r == 0 || r == -ENOENT)
		r = find_submission_row(submission);
	return r < 0 ? r : record_failure(submission);
}

int submission_record(struct submission *submission)
{
	struct ledger *ledger = submission->engine->ledger;
	int r;

	if (submission->by_path)
		return record_by_path(submission);
	if (!submission->is_current)
		/* This submission waited for an earlier one of its row until its time was up.
		 * refuse_newest() has recorded the refusal. */
		return 0;
	switch (submission->outcome) {
	case OUTCOME_HELD:
		if (submission->is_there)
			return ledger_settle(ledger, &submission->record, submission->job_id,
					     &submission->versions, submission->request_id);
		r = ledger_agree(ledger, submission->record.row, &submission->record.attrs);
		if (r < 0)
			return r;
		return submission->record.id ? ledger_end(ledger, &submission->record)
					     : ledger_drop_queued(ledger, submission->record.row,
								  submission->held_id);
	case OUTCOME_SETTLED:
		if (submission->is_unseen)
			return 0;
		/* keep the row if a submission waits behind the deletion */
		if (submission->deletion)
			return submission->behind ? ledger_forget(ledger, submission->record.row)
						  : ledger_drop(ledger, submission->record.row);
		r = versions_complete(submission);
		if (r == 0)
			r = ledger_settle(ledger, &submission->record, submission->job_id,
					  &submission->versions, submission->request_id);
		return r == 0 && submission->notice.size
			       ? ledger_warn_more(ledger, submission->record.row,
						  submission->notice.data)
			       : r;
	case OUTCOME_LATER:
		submission->engine->queue_is_empty = false;
		return ledger_requeue(ledger, &submission->record, submission->next_try_ms,
				      submission->err ? submission->err->text : "");
	default:
		return record_failure(submission);
	}
}

void submission_later(struct submission *submission, const struct err *err, int64_t wait_ms)
{
	submission->next_try_ms =
		wait_ms > 0 ? engine_realtime_ms(submission->engine) + wait_ms : 0;
	submission_fail(submission, submission->record.queued ? OUTCOME_LATER : OUTCOME_FAILED,
			err);
}
