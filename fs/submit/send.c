/* SPDX-License-Identifier: MIT */
/*
 * A submission's way to the service: slot, intent, request, answer. Before a create there is a question
 * (question.c). First the create is recorded, then the service is asked for the jobs of its name. When
 * these are recorded as well, durably, the create is sent. What a crash finds recorded without them was
 * surely not sent.
 */
#define _GNU_SOURCE
#include "submit/submission.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "submit/question.h"

void task_later(struct task *task, const struct err *err, int64_t wait_ms)
{
	task->next_try_ms = wait_ms > 0 ? clock_realtime_ms() + wait_ms : 0;
	task_fail(task, task->sub.queued ? OUTCOME_LATER : OUTCOME_FAILED, err);
}

static bool is_create(const struct task *task)
{
	return !task->deletion && task->sub.kind == SUBMIT_CREATE;
}

/* Counts a request that begins (1) or ends (-1) its way. */
static void count_in_flight(struct task *task, int change)
{
	task->engine->in_flight += (unsigned)change;
	if (task->sub.queued)
		task->engine->queued_in_flight += (unsigned)change;
}

/* What stood behind is newer than what is under way: its story outlives that one's. */
static void refuse_newest(struct task *task, const struct err *err)
{
	_cleanup_free_ char *story = err_story(err);
	int r = story ? ledger_refuse(task->engine->ledger, task->sub.row, false, err, story)
		      : -ENOMEM;

	if (r < 0)
		log_error("%s: the ledger cannot record this: %s", task->path, strerror(-r));
}

/* Says what a task waited for: one before it that cannot be decided tells how to end that. */
static void explain_wait(const struct task *ahead, struct err *err)
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

void task_expire(void *data)
{
	struct task *task = data;
	struct engine *engine = task->engine;
	struct err err;

	if (task->place == PLACE_BEHIND) {
		struct task *ahead = engine_current(engine, task->sub.row);

		explain_wait(ahead, &err);
		ahead->behind = NULL;
		refuse_newest(task, &err);
	} else {
		err_set(&err, ETIMEDOUT,
			"nothing was sent in time: too many requests are under way");
		err_detail(&err, "what_to_do", "write the file again later");
		TAILQ_REMOVE(&engine->waiting, task, link);
	}
	task_fail(task, OUTCOME_REFUSED, &err);
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
static int intend(struct task *task, const struct ledger_job *job)
{
	int r;

	task->sub.kind = job->job_id ? SUBMIT_UPDATE : SUBMIT_CREATE;
	if (job->job_id) {
		task->version = job->version;
		task->job_id = strdup(job->job_id);
		r = task->job_id ? keep_fixed(&task->sub.attrs, &job->sent) : -ENOMEM;
		if (r < 0)
			return r;
	}
	task->sub.state = JOB_SUBMITTING;
	task->sub.started_ms = clock_realtime_ms();
	return task->sub.id ? ledger_start(task->engine->ledger, &task->sub)
			    : ledger_intend(task->engine->ledger, &task->sub, job->state);
}

static void wait_for_slot(struct task *task)
{
	struct engine *engine = task->engine;

	task->place = PLACE_WAITING;
	TAILQ_INSERT_TAIL(&engine->waiting, task, link);
	loop_timer_set(engine->loop, &task->timer, task->deadline_ms, task_expire, task);
}

int task_start(struct task *task, const struct ledger_job *known)
{
	_cleanup_ledger_job_ struct ledger_job found = {0};
	const struct ledger_job *job = known ? known : &found;
	struct engine *engine = task->engine;
	struct err err;
	int r;

	if (engine->in_flight >= engine->options.inflight_max) {
		wait_for_slot(task);
		return 0;
	}
	loop_timer_cancel(&task->timer);
	r = known ? 0 : ledger_get(engine->ledger, task->sub.row, &found);
	if (r == 0 && !task->deletion) {
		if (engine_is_held(job, &task->sub)) {
			/* out of the queue at once, so that it is not taken again */
			if (task->sub.queued)
				ledger_end(engine->ledger, &task->sub);
			task_settle(task, OUTCOME_HELD, job->job_id, job->version);
			return 0;
		}
		CRASH_POINT("intent-wanted");
		r = intend(task, job);
		CRASH_POINT("intent-recorded");
	}
	if (r < 0 && task->sub.queued) {
		queue_put_back(task);
		return r;
	}
	if (r < 0) {
		err_set(&err, -r, "the ledger cannot record the submission, nothing was sent: %s",
			strerror(-r));
		task_fail(task, OUTCOME_REFUSED, &err);
		return 0;
	}
	task->deadline_ms = task->sub.queued
				    ? loop_now_ms(engine->loop) + engine->options.timeout_ms
				    : task->deadline_ms;
	count_in_flight(task, 1);
	if (is_create(task)) {
		task->place = PLACE_BEGUN;
		TAILQ_INSERT_TAIL(&engine->begun, task, link);
	} else {
		task->place = PLACE_FRESH;
		TAILQ_INSERT_TAIL(&engine->turn.fresh, task, link);
	}
	return 0;
}

/* It is we who cannot, now. */
static void give_up_for_now(struct task *task, const char *what, int r)
{
	struct err err;

	err_set(&err, -r, "%s, nothing was sent: %s", what, strerror(-r));
	err_detail(&err, "what_to_do", "write the file again later");
	count_in_flight(task, -1);
	task_later(task, &err, backoff_ms(task->sub.attempts));
}

static void ask(struct task *task)
{
	int r;

	task->place = PLACE_ASKING;
	r = question_begin(task);
	if (r < 0)
		give_up_for_now(task, "the service cannot be asked for jobs of this name", r);
}

void task_ask_all(struct task_list *begun)
{
	struct task *task;

	while ((task = TAILQ_FIRST(begun))) {
		TAILQ_REMOVE(begun, task, link);
		ask(task);
	}
}

static void ask_now(void *data)
{
	struct task *task = data;
	struct engine *engine = task->engine;

	task->deadline_ms = loop_now_ms(engine->loop) + engine->options.timeout_ms;
	count_in_flight(task, 1);
	ask(task);
}

void task_ask_later(struct task *task)
{
	struct loop *loop = task->engine->loop;

	task->place = PLACE_ASKING;
	loop_timer_set(loop, &task->timer, loop_now_ms(loop) + LEDGER_AGAIN_MS, ask_now, task);
}

static void retry(void *data)
{
	struct task *task = data;

	/* its intent is durable already; who may have created a job meanwhile is not known */
	count_in_flight(task, 1);
	if (is_create(task))
		ask(task);
	else
		task_send(task);
}

/* Has the request sent again if there is time for it. */
static bool retry_soon(struct task *task, int64_t retry_after_ms)
{
	struct loop *loop = task->engine->loop;
	int64_t wait_ms = patience_ms(retry_after_ms);
	int64_t due_ms = loop_now_ms(loop) + wait_ms;

	if (due_ms >= task->deadline_ms)
		return false;
	loop_timer_set(loop, &task->timer, due_ms, retry, task);
	log_info("%s: the service is busy, asked again in %lld ms", task->path, (long long)wait_ms);
	return true;
}

/* The service could not be asked, so nothing was sent. */
static void fail_unasked(struct task *task, const struct coc_answer *answer)
{
	struct err err = *answer->err;

	err_context(&err, "nothing was sent, as the service could not be asked for jobs of this name");
	if (answer->outcome == COC_UNKNOWN) {
		err_drop(&err, "what_to_do");
		err_detail(&err, "what_to_do", "write the file again later");
	}
	if (answer->outcome == COC_REFUSED && answer->errnum != EACCES)
		task_fail(task, OUTCOME_FAILED, &err);
	else
		task_later(task, &err,
			   answer->outcome == COC_NOT_PROCESSED ? answer->retry_after_ms : 0);
}

void task_take_answer(struct task *task, const struct question_answer *answer)
{
	struct engine *engine = task->engine;
	int r;

	if (answer->failed) {
		count_in_flight(task, -1);
		task_note_request_id(task, answer->failed->request_id);
		if (answer->failed->outcome != COC_NOT_PROCESSED || task->sub.queued ||
		    !retry_soon(task, answer->failed->retry_after_ms))
			fail_unasked(task, answer->failed);
		return;
	}
	if (answer->errnum) {
		give_up_for_now(task, "the service cannot be asked for jobs of this name",
				-answer->errnum);
		return;
	}
	r = ledger_know(engine->ledger, &task->sub, answer->ids, answer->partial);
	CRASH_POINT("known-recorded");
	if (r < 0) {
		give_up_for_now(task, "the ledger cannot record the jobs of this name", r);
		return;
	}
	task->place = PLACE_FRESH;
	TAILQ_INSERT_TAIL(&engine->turn.fresh, task, link);
}

/* The service says that it made a job. A job that another file has, or that was there before, was not
 * made now: the answer is not this create's. */
static void settle_create(struct task *task, const char *job_id)
{
	/* what the ledger cannot tell counts as yes */
	bool bound = engine_is_bound(task->engine, job_id) != 0;
	struct err err;

	if (!bound && !known_has(&task->sub.known, job_id)) {
		task_settle(task, OUTCOME_SETTLED, job_id, 1);
		return;
	}
	err_set(&err, EIO, "the service says that it made job %s, which %s", job_id,
		bound ? "another file has already" : "it had before");
	task_fail(task, OUTCOME_DOUBT, &err);
}

static void answered(void *data, const struct coc_answer *answer)
{
	struct task *task = data;
	bool create = is_create(task);

	CRASH_POINT("answer-came");
	task->call = NULL;
	count_in_flight(task, -1);
	task->engine->metrics.answers[answer->outcome]++;
	histogram_add(&task->engine->metrics.request,
		      loop_now_ms(task->engine->loop) - task->sent_ms);
	task_note_request_id(task, answer->request_id);
	outage_note(task->engine, answer);
	switch (answer->outcome) {
	case COC_DONE:
		if (create)
			settle_create(task, answer->document_id);
		else
			task_settle(task, OUTCOME_SETTLED, task->job_id, task->version + 1);
		break;
	case COC_NOT_PROCESSED:
		if (task->sub.queued || !retry_soon(task, answer->retry_after_ms))
			task_later(task, answer->err, answer->retry_after_ms);
		break;
	case COC_UNKNOWN:
		if (task->deletion)
			lost_deletion_ask(task, answer->err);
		else
			task_fail(task, OUTCOME_DOUBT, answer->err);
		break;
	case COC_REFUSED:
		/* a job that is gone is deleted */
		if (task->deletion && answer->errnum == ESTALE)
			task_settle(task, OUTCOME_SETTLED, task->job_id, task->version);
		else if (answer->errnum == EACCES) /* credentials can be put right */
			task_later(task, answer->err, 0);
		else
			task_fail(task, OUTCOME_FAILED, answer->err);
		break;
	case COC_NOT_SENT:
		task_later(task, answer->err, 0);
		break;
	}
}

static int send_create(struct task *task, struct coc_document *document, int64_t timeout_ms,
		       struct err *err)
{
	struct job_tag *tags = NULL;
	int r = attr_tags_split(task->sub.attrs.value[ATTR_TAGS], &tags, &document->n_tags);

	if (r < 0)
		return err_set(err, -r, "the tags cannot be sent: %s", strerror(-r));
	document->tags = tags;
	r = coc_create(task->engine->client, document, timeout_ms, answered, task, &task->call,
		       err);
	free(tags);
	return r;
}

void task_send(struct task *task)
{
	struct engine *engine = task->engine;
	const struct ledger_submission *sub = &task->sub;
	int64_t left_ms = task->deadline_ms - loop_now_ms(engine->loop);
	struct coc_document document = {
		.name = sub->attrs.value[ATTR_NAME],
		.content = sub->content,
		.content_size = sub->content_size,
		.enterprise_project_id = sub->attrs.value[ATTR_ENTERPRISE_PROJECT_ID],
		.risk_level = sub->attrs.value[ATTR_RISK_LEVEL],
		.description = sub->attrs.value[ATTR_DESCRIPTION],
		.version = sub->kind == SUBMIT_UPDATE ? task->version : 0,
	};
	struct err err = {0};
	int r;

	task->place = PLACE_SENDING;
	task->sent_ms = loop_now_ms(engine->loop);
	if (left_ms < 1)
		left_ms = 1;
	if (task->deletion)
		r = coc_delete(engine->client, task->job_id, left_ms, answered, task, &task->call,
			       &err);
	else if (sub->kind == SUBMIT_UPDATE)
		r = coc_update(engine->client, task->job_id, &document, left_ms, answered, task,
			       &task->call, &err);
	else
		r = send_create(task, &document, left_ms, &err);
	if (r < 0) {
		count_in_flight(task, -1);
		if (r == -ENOMEM || r == -EIO) /* it is we who cannot, now */
			task_later(task, &err, -1);
		else
			task_fail(task, OUTCOME_FAILED, &err);
	}
	CRASH_POINT("request-handed");
}

void task_take_back(struct task *task)
{
	coc_call_cancel(steal_ptr(task->call));
	task->place = PLACE_FRESH;
}
