/* SPDX-License-Identifier: MIT */
/* A submission in memory: how it is made, and how it ends. */
#define _GNU_SOURCE
#include "submit/submission.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "submit/bounds.h"
#include "submit/question.h"

struct task *task_create(struct engine *engine, struct ledger_submission *take_submission,
			 const char *path)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task || !(task->path = strdup(path))) {
		free(task);
		ledger_submission_finish(take_submission);
		return NULL;
	}
	task->engine = engine;
	task->sub = *take_submission;
	*take_submission = (struct ledger_submission){0};
	task->deadline_ms = loop_now_ms(engine->loop) + engine->options.timeout_ms;
	LIST_INIT(&task->tickets);
	engine->under_way++;
	return task;
}

int task_create_charged(struct engine *engine, struct ledger_submission *take_submission,
			const char *path, struct task **ret_task)
{
	size_t size = SUBMISSION_BYTES + take_submission->content_size;
	uid_t user = take_submission->user;
	struct task *task;

	if (!shares_take(&engine->memory, user, size)) {
		ledger_submission_finish(take_submission);
		return -EAGAIN;
	}
	task = task_create(engine, take_submission, path);
	if (!task) {
		shares_give(&engine->memory, user, size);
		return -ENOMEM;
	}
	task->charged = size;
	*ret_task = task;
	return 0;
}

void task_destroy(struct task *task)
{
	if (!task)
		return;
	tickets_drop(&task->tickets);
	if (task->call)
		coc_call_cancel(task->call);
	question_finish(task);
	loop_timer_cancel(&task->timer);
	doubt_finish(task);
	if (task->place == PLACE_DOUBT)
		task->engine->in_doubt--;
	else
		task->engine->under_way--;
	if (task->charged)
		shares_give(&task->engine->memory, task->sub.user, task->charged);
	ledger_submission_finish(&task->sub);
	free(task->request_id);
	free(task->err);
	free(task->job_id);
	free(task->path);
	free(task);
}

void task_note_request_id(struct task *task, const char *request_id)
{
	char *copy = request_id[0] ? strdup(request_id) : NULL;

	if (copy) {
		free(task->request_id);
		task->request_id = copy;
	}
}

static void count(struct task *task, enum task_outcome outcome)
{
	struct metrics *metrics = &task->engine->metrics;
	/* what is held already was an update, also if it did not come to be one */
	int kind = task->deletion				? METRICS_KIND_DELETE
		   : !task->sub.kind && outcome == OUTCOME_HELD ? SUBMIT_UPDATE
								: task->sub.kind;

	metrics->submissions[kind][outcome]++;
	if (outcome == OUTCOME_SETTLED && !task->deletion)
		metrics->bytes += task->sub.content_size;
}

static void end(struct task *task, enum task_outcome outcome)
{
	struct engine *engine = task->engine;

	count(task, outcome);
	loop_timer_cancel(&task->timer);
	doubt_finish(task);
	if (task->place == PLACE_DOUBT) {
		engine->in_doubt--;
		engine->under_way++;
	}
	task->place = PLACE_ENDED;
	task->outcome = outcome;
	TAILQ_INSERT_TAIL(&engine->turn.ended, task, link);
}

void task_settle(struct task *task, enum task_outcome outcome, const char *job_id, int64_t version)
{
	if (outcome == OUTCOME_SETTLED && job_id != task->job_id) {
		char *copy = strdup(job_id);

		if (!copy) {
			/* without its ID the answer is as good as lost */
			struct err err;

			err_set(&err, ENOMEM, "out of memory when the service had answered");
			task_fail(task, OUTCOME_DOUBT, &err);
			return;
		}
		free(task->job_id);
		task->job_id = copy;
	}
	task->version = version;
	if (task->deletion)
		log_info("%s: job %s deleted", task->path, job_id);
	else if (outcome == OUTCOME_SETTLED)
		log_info("%s: job %s v%lld %s", task->path, job_id, (long long)version,
			 task->sub.kind == SUBMIT_CREATE ? "created" : "updated");
	end(task, outcome);
}

/* The story of a submission in doubt says that it goes on, and that writing again is safe. */
static void explain_doubt(struct err *err)
{
	err_detail(err, "state",
		   "in-doubt: the service is being asked, coc.state tells when it is settled; "
		   "writing the file again is safe");
}

void task_fail(struct task *task, enum task_outcome outcome, const struct err *err)
{
	if (!task->err)
		task->err = malloc(sizeof(*task->err));
	log_message(outcome == OUTCOME_LATER ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "%s: %s",
		    task->path, err->text);
	if (task->err) {
		*task->err = *err;
		if (outcome == OUTCOME_DOUBT)
			explain_doubt(task->err);
	}
	end(task, outcome);
}

static int record_failure(struct task *task)
{
	struct ledger *ledger = task->engine->ledger;
	struct err unkept; /* there was no memory to keep what was wrong */
	const struct err *err = task->err;
	_cleanup_free_ char *story = NULL;

	if (!err) {
		err_set(&unkept, ENOMEM, "out of memory: what was wrong is in the log");
		err = &unkept;
	}
	story = err_story(err);
	if (!story)
		return -ENOMEM;
	if (task->outcome == OUTCOME_DOUBT)
		return ledger_doubt(ledger, &task->sub, err, story, task->request_id);
	if (task->outcome == OUTCOME_REFUSED || task->deletion)
		return ledger_give_up_unsent(ledger, task->sub.row, err, story);
	return ledger_give_up(ledger, &task->sub, err, story, task->request_id);
}

/* The row of a task, which may have been undone: then it is made again. -ENOENT: its path has a row of
 * somebody else's by now. */
static int find_row(struct task *task)
{
	_cleanup_ledger_job_ struct ledger_job job = {0};
	struct ledger *ledger = task->engine->ledger;
	const struct owner *owner = &task->sub.owner;
	int r = ledger_get(ledger, task->sub.row, &job);

	if (r != -ENOENT)
		return r;
	r = ledger_find_or_make(ledger, task->path, owner, &job);
	if (r == 0 && !holding_is_of(&job.holding, owner->file.uid))
		r = -ENOENT;
	if (r == 0)
		task->sub.row = job.row;
	return r;
}

/* Records a refusal whose row, and submission, may have been undone. */
static int record_by_path(struct task *task)
{
	int r = task->sub.id ? ledger_end(task->engine->ledger, &task->sub) : 0;

	if (r == 0 || r == -ENOENT)
		r = find_row(task);
	return r < 0 ? r : record_failure(task);
}

int task_record(struct task *task)
{
	struct ledger *ledger = task->engine->ledger;
	int r;

	if (task->by_path)
		return record_by_path(task);
	if (!task->is_current)
		return 0; /* what stood behind and expired: the task ahead tells it */
	switch (task->outcome) {
	case OUTCOME_HELD:
		r = ledger_agree(ledger, task->sub.row, task->sub.attrs.own);
		return r < 0 || !task->sub.id ? r : ledger_end(ledger, &task->sub);
	case OUTCOME_SETTLED:
		/* who stands behind it needs the row */
		if (task->deletion)
			return task->behind ? ledger_forget(ledger, task->sub.row)
					    : ledger_drop(ledger, task->sub.row);
		return ledger_settle(ledger, &task->sub, task->job_id, task->version,
				     task->request_id);
	case OUTCOME_LATER:
		task->engine->queue_is_empty = false;
		return ledger_requeue(ledger, &task->sub, task->next_try_ms,
				      task->err ? task->err->text : "");
	default:
		return record_failure(task);
	}
}
