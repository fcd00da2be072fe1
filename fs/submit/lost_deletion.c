/* SPDX-License-Identifier: MIT */
/*
 * A deletion whose answer is lost, or is none of the API's. The service is asked for the job once,
 * within the time that the deletion has. If the job is gone, the deletion was done. Otherwise it
 * failed: the file stays, and with it the row that knows the job. Removing the file again is safe,
 * also when the first request is done late.
 */
#define _GNU_SOURCE
#include "submit/submission.h"

#include <errno.h>

/* Ends the deletion: it failed as task->err says, and asked tells what asking brought. */
static void fail(struct task *task, const char *asked)
{
	struct err err = *task->err;

	err_detail(&err, "asked", "%s", asked);
	task_fail(task, OUTCOME_FAILED, &err);
}

static void shown(void *data, const struct coc_answer *answer)
{
	struct task *task = data;

	task->call = NULL;
	task->engine->in_flight--;
	outage_note(task->engine, answer);
	task_note_request_id(task, answer->request_id);
	if (answer->errnum == ESTALE)
		task_settle(task, OUTCOME_SETTLED, task->job_id, task->version);
	else if (answer->outcome == COC_DONE)
		fail(task, "the service still has the job; remove the file again");
	else
		fail(task, answer->err->text);
}

void lost_deletion_ask(struct task *task, const struct err *err)
{
	struct engine *engine = task->engine;
	int64_t left_ms = task->deadline_ms - loop_now_ms(engine->loop);
	struct err ignored;

	task->err = malloc(sizeof(*task->err));
	if (!task->err) {
		task_fail(task, OUTCOME_FAILED, err);
		return;
	}
	*task->err = *err;
	if (left_ms <= 0)
		fail(task, "there was no time left to ask the service; remove the file again");
	else if (coc_show(engine->client, task->job_id, left_ms, shown, task, &task->call,
			  &ignored) < 0)
		fail(task, "out of memory");
	else
		engine->in_flight++;
}
