/* SPDX-License-Identifier: MIT */
/*
 * A submission's way to the service: slot, intent, request, answer. Before a create there is a
 * question (question.c). First the create is recorded, then the service is asked for the jobs of
 * its name. When these are recorded as well, durably, the create is sent. What a crash finds
 * recorded without them was surely not sent.
 */
#define _GNU_SOURCE
#include "submit/submission.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "submit/question.h"

void submission_later(struct submission *submission, const struct err *err, int64_t wait_ms)
{
	submission->next_try_ms =
		wait_ms > 0 ? engine_realtime_ms(submission->engine) + wait_ms : 0;
	submission_fail(submission, submission->record.queued ? OUTCOME_LATER : OUTCOME_FAILED,
			err);
}

static bool is_create(const struct submission *submission)
{
	return !submission->deletion && submission->record.kind == SUBMIT_CREATE;
}

/* Counts a request that begins (1) or ends (-1) its way. */
static void count_in_flight(struct submission *submission, int change)
{
	submission->engine->in_flight += (unsigned)change;
	if (submission->record.queued)
		submission->engine->queued_in_flight += (unsigned)change;
}

/* What stood behind is newer than what is under way: its story outlives that one's. */
static void refuse_newest(struct submission *submission, const struct err *err)
{
	_cleanup_free_ char *story = err_story(err);
	int r = story ? ledger_refuse(submission->engine->ledger, submission->record.row, false,
				      err, story)
		      : -ENOMEM;

	if (r < 0)
		log_error("%s: the ledger cannot record this: %s", submission->path, strerror(-r));
}

/* Says what a submission waited for: one before it that cannot be decided tells how to end that. */
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
		err_set(&err, ETIMEDOUT,
			"nothing was sent in time: too many requests are under way");
		err_detail(&err, "what_to_do", "write the file again later");
		TAILQ_REMOVE(&engine->waiting, submission, link);
	}
	submission_fail(submission, OUTCOME_REFUSED, &err);
}

bool engine_is_held(const struct ledger_job *job, const struct ledger_submission *sub)
{
	static const enum attr changeable[] = {ATTR_NAME, ATTR_DESCRIPTION, ATTR_RISK_LEVEL};

	if (!job->job_id || !job->has_digest ||
	    memcmp(job->digest, sub->digest, CONTENT_DIGEST_SIZE))
		return false;
	for (size_t i = 0; i < sizeof(changeable) / sizeof(changeable[0]); i++)
		if (!attr_same(job->sent.value[changeable[i]], sub->attrs.value[changeable[i]]))
			return false;
	return true;
}

/* What an update cannot change is what it was. */
static int keep_fixed(struct attr_set *attrs, const struct attr_set *sent)
{
	static const enum attr fixed[] = {ATTR_ENTERPRISE_PROJECT_ID, ATTR_TAGS};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		const char *value = sent->value[fixed[i]];

		free(steal_ptr(attrs->value[fixed[i]]));
		if (value && attr_set_put(attrs, fixed[i], value, strlen(value)) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Records the intent to create, or to update what the row is bound to by now. */
static int record_intent(struct submission *submission, const struct ledger_job *job)
{
	int r;

	submission->record.kind = job->job_id ? SUBMIT_UPDATE : SUBMIT_CREATE;
	if (job->job_id) {
		submission->version = job->version;
		submission->job_id = strdup(job->job_id);
		r = submission->job_id ? keep_fixed(&submission->record.attrs, &job->sent)
				       : -ENOMEM;
		if (r < 0)
			return r;
	}
	submission->record.state = JOB_SUBMITTING;
	submission->record.started_ms = engine_realtime_ms(submission->engine);
	return submission->record.id
		       ? ledger_start(submission->engine->ledger, &submission->record)
		       : ledger_intend(submission->engine->ledger, &submission->record, job->state);
}

static void wait_for_slot(struct submission *submission)
{
	struct engine *engine = submission->engine;

	submission->stage = STAGE_WAITING;
	TAILQ_INSERT_TAIL(&engine->waiting, submission, link);
	loop_timer_set(engine->loop, &submission->timer, submission->deadline_ms, submission_expire,
		       submission);
}

int submission_start(struct submission *submission, const struct ledger_job *known)
{
	_cleanup_ledger_job_ struct ledger_job found = {0};
	const struct ledger_job *job = known ? known : &found;
	struct engine *engine = submission->engine;
	struct err err;
	int r;

	if (engine->in_flight >= engine->options.inflight_max) {
		wait_for_slot(submission);
		return 0;
	}
	loop_timer_cancel(&submission->timer);
	r = known ? 0 : ledger_get(engine->ledger, submission->record.row, &found);
	if (r == 0 && !submission->deletion) {
		if (engine_is_held(job, &submission->record)) {
			/* out of the queue at once, so that it is not taken again */
			if (submission->record.queued)
				ledger_end(engine->ledger, &submission->record);
			submission->held_id = ledger_newest_id(engine->ledger);
			submission_settle(submission, OUTCOME_HELD, job->job_id, job->version);
			return 0;
		}
		CRASH_POINT("intent-wanted");
		r = record_intent(submission, job);
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
	count_in_flight(submission, 1);
	if (is_create(submission)) {
		submission->stage = STAGE_BEGUN;
		TAILQ_INSERT_TAIL(&engine->begun, submission, link);
	} else {
		submission->stage = STAGE_FRESH;
		TAILQ_INSERT_TAIL(&engine->iteration.fresh, submission, link);
	}
	return 0;
}

/* It is we who cannot, now. */
static void give_up_for_now(struct submission *submission, const char *what, int r)
{
	struct err err;

	err_set(&err, -r, "%s, nothing was sent: %s", what, strerror(-r));
	err_detail(&err, "what_to_do", "write the file again later");
	count_in_flight(submission, -1);
	submission_later(submission, &err,
			 backoff_ms(submission->engine, submission->record.attempts));
}

static void ask_question(struct submission *submission)
{
	int r;

	submission->stage = STAGE_ASKING;
	r = question_begin(submission);
	if (r < 0)
		give_up_for_now(submission, "the service cannot be asked for jobs of this name", r);
}

void submission_ask_all(struct submission_list *begun)
{
	struct submission *submission;

	while ((submission = TAILQ_FIRST(begun))) {
		TAILQ_REMOVE(begun, submission, link);
		ask_question(submission);
	}
}

/* To put a submission back is a change, too, and the ledger may refuse it or lose it again: nobody
 * would be left who sends what is recorded as being sent. So a submission stays in memory until the
 * ledger says which of the two it is. */
static void go_on(void *data)
{
	struct submission *submission = data;
	struct engine *engine = submission->engine;
	int r = ledger_is_being_sent(engine->ledger, &submission->record);

	if (r <= 0) {
		if (r < 0)
			submission_go_on_later(submission);
		else
			queue_put_back(submission);
		return;
	}
	submission->deadline_ms = loop_now_ms(engine->loop) + engine->options.timeout_ms;
	count_in_flight(submission, 1);
	if (is_create(submission)) {
		ask_question(submission);
		return;
	}
	submission->stage = STAGE_FRESH;
	TAILQ_INSERT_TAIL(&engine->iteration.fresh, submission, link);
}

void submission_go_on_later(struct submission *submission)
{
	struct loop *loop = submission->engine->loop;

	submission->stage = STAGE_ASKING;
	loop_timer_set(loop, &submission->timer, loop_now_ms(loop) + LEDGER_AGAIN_MS, go_on,
		       submission);
}

static void send_again(void *data)
{
	struct submission *submission = data;

	/* its intent is durable already; who may have created a job meanwhile is not known */
	count_in_flight(submission, 1);
	if (is_create(submission))
		ask_question(submission);
	else
		submission_send(submission);
}

/* Has the request sent again if there is time for it. */
static bool retry_soon(struct submission *submission, int64_t retry_after_ms)
{
	struct loop *loop = submission->engine->loop;
	int64_t wait_ms = patience_ms(submission->engine, retry_after_ms);
	int64_t due_ms = loop_now_ms(loop) + wait_ms;

	if (due_ms >= submission->deadline_ms)
		return false;
	loop_timer_set(loop, &submission->timer, due_ms, send_again, submission);
	log_info("%s: the service is busy, asked again in %lld ms", submission->path,
		 (long long)wait_ms);
	return true;
}

/* The service could not be asked, so nothing was sent. */
static void fail_unasked(struct submission *submission, const struct coc_answer *answer)
{
	struct err err = *answer->err;

	err_context(&err,
		    "nothing was sent, as the service could not be asked for jobs of this name");
	if (answer->outcome == COC_UNKNOWN) {
		err_drop(&err, "what_to_do");
		err_detail(&err, "what_to_do", "write the file again later");
	}
	if (answer->outcome == COC_REFUSED && answer->errnum != EACCES)
		submission_fail(submission, OUTCOME_FAILED, &err);
	else
		submission_later(submission, &err,
				 answer->outcome == COC_NOT_PROCESSED ? answer->retry_after_ms : 0);
}

void submission_take_answer(struct submission *submission, const struct question_answer *answer)
{
	struct engine *engine = submission->engine;
	int r;

	if (answer->failed) {
		count_in_flight(submission, -1);
		submission_note_request_id(submission, answer->failed->request_id);
		if (answer->failed->outcome != COC_NOT_PROCESSED || submission->record.queued ||
		    !retry_soon(submission, answer->failed->retry_after_ms))
			fail_unasked(submission, answer->failed);
		return;
	}
	if (answer->errnum) {
		give_up_for_now(submission, "the service cannot be asked for jobs of this name",
				-answer->errnum);
		return;
	}
	r = ledger_know(engine->ledger, &submission->record, answer->ids, answer->partial);
	CRASH_POINT("known-recorded");
	if (r < 0) {
		give_up_for_now(submission, "the ledger cannot record the jobs of this name", r);
		return;
	}
	submission->stage = STAGE_FRESH;
	TAILQ_INSERT_TAIL(&engine->iteration.fresh, submission, link);
}

/* The service says that it made a job. A job that another file has, or that was there before, under
 * whatever name, was not made now: the answer is not this create's. */
static void settle_create(struct submission *submission, const char *job_id)
{
	/* what the ledger cannot tell counts as yes */
	bool bound = engine_is_bound(submission->engine, job_id) != 0;
	struct err err;

	if (!bound && !known_has(&submission->record.known, job_id) &&
	    !id_set_has(&submission->listed, job_id)) {
		submission_settle(submission, OUTCOME_SETTLED, job_id, 1);
		return;
	}
	err_set(&err, EIO, "the service says that it made job %s, which %s", job_id,
		bound ? "another file has already" : "it had before");
	submission_fail(submission, OUTCOME_DOUBT, &err);
}

static void on_answer(void *data, const struct coc_answer *answer)
{
	struct submission *submission = data;
	bool create = is_create(submission);

	CRASH_POINT("answer-came");
	submission->call = NULL;
	count_in_flight(submission, -1);
	submission->engine->metrics.answers[answer->outcome]++;
	histogram_add(&submission->engine->metrics.request,
		      loop_now_ms(submission->engine->loop) - submission->sent_ms);
	submission_note_request_id(submission, answer->request_id);
	outage_note(submission->engine, answer);
	switch (answer->outcome) {
	case COC_DONE:
		if (create)
			settle_create(submission, answer->document_id);
		else
			submission_settle(submission, OUTCOME_SETTLED, submission->job_id,
					  submission->version + 1);
		break;
	case COC_NOT_PROCESSED:
		if (submission->record.queued || !retry_soon(submission, answer->retry_after_ms))
			submission_later(submission, answer->err, answer->retry_after_ms);
		break;
	case COC_UNKNOWN:
		if (submission->deletion)
			lost_deletion_ask(submission, answer->err);
		else
			submission_fail(submission, OUTCOME_DOUBT, answer->err);
		break;
	case COC_REFUSED:
		/* a job that is gone is deleted */
		if (submission->deletion && answer->errnum == ESTALE)
			submission_settle(submission, OUTCOME_SETTLED, submission->job_id,
					  submission->version);
		else if (answer->errnum == EACCES) /* credentials can be put right */
			submission_later(submission, answer->err, 0);
		else
			submission_fail(submission, OUTCOME_FAILED, answer->err);
		break;
	case COC_NOT_SENT:
		submission_later(submission, answer->err, 0);
		break;
	}
}

static int send_create(struct submission *submission, struct coc_document *document,
		       int64_t timeout_ms, struct err *err)
{
	const struct coc_service *service = &submission->engine->service;
	struct job_tag *tags = NULL;
	int r = attr_tags_split(submission->record.attrs.value[ATTR_TAGS], &tags,
				&document->n_tags);

	if (r < 0)
		return err_set(err, -r, "the tags cannot be sent: %s", strerror(-r));
	document->tags = tags;
	r = service->ops->create(service->data, document, timeout_ms, on_answer, submission,
				 &submission->call, err);
	free(tags);
	return r;
}

void submission_send(struct submission *submission)
{
	struct engine *engine = submission->engine;
	const struct coc_service *service = &engine->service;
	const struct ledger_submission *sub = &submission->record;
	int64_t left_ms = submission->deadline_ms - loop_now_ms(engine->loop);
	struct coc_document document = {
		.name = sub->attrs.value[ATTR_NAME],
		.content = sub->content,
		.content_size = sub->content_size,
		.enterprise_project_id = sub->attrs.value[ATTR_ENTERPRISE_PROJECT_ID],
		.risk_level = sub->attrs.value[ATTR_RISK_LEVEL],
		.description = sub->attrs.value[ATTR_DESCRIPTION],
		.version = sub->kind == SUBMIT_UPDATE ? submission->version : 0,
	};
	struct err err = {0};
	int r;

	submission->stage = STAGE_SENDING;
	submission->sent_ms = loop_now_ms(engine->loop);
	if (left_ms < 1)
		left_ms = 1;
	if (submission->deletion)
		r = service->ops->delete (service->data, submission->job_id, left_ms, on_answer,
					  submission, &submission->call, &err);
	else if (sub->kind == SUBMIT_UPDATE)
		r = service->ops->update(service->data, submission->job_id, &document, left_ms,
					 on_answer, submission, &submission->call, &err);
	else
		r = send_create(submission, &document, left_ms, &err);
	if (r < 0) {
		count_in_flight(submission, -1);
		if (r == -ENOMEM || r == -EIO) /* it is we who cannot, now */
			submission_later(submission, &err, -1);
		else
			submission_fail(submission, OUTCOME_FAILED, &err);
	}
	CRASH_POINT("request-handed");
}

void submission_take_back(struct submission *submission)
{
	engine_cancel_call(submission->engine, steal_ptr(submission->call));
	submission->stage = STAGE_FRESH;
}
