/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/simulate/plan_task.h"

#include <errno.h>
#include <string.h>

#define DIGITS "0123456789"
#define PREFIX "hwc:runbook:"
#define SECONDS_DIGITS 9 /* SERVICE_STEP_MAX_S has 9 digits */

/* Moves *at behind a mark and a number. Returns true if both are there; else false, and *at
 * stays. */
static bool skip_number(const char **at, char mark)
{
	size_t digits = **at == mark ? strspn(*at + 1, DIGITS) : 0;

	*at += digits ? 1 + digits : 0;
	return digits > 0;
}

char *plan_action(const char *task)
{
	const char *action, *version, *end;

	if (strncmp(task, PREFIX, strlen(PREFIX)))
		return strdup("");
	action = task + strlen(PREFIX);
	version = end = strchrnul(action, '@');
	if (version == action || !skip_number(&end, '@') || !skip_number(&end, '.') ||
	    !skip_number(&end, '.') || *end)
		return strdup("");
	return strndup(action, (size_t)(version - action));
}

const char *plan_input(const cJSON *inputs, const char *key)
{
	const cJSON *input;
	const char *found;

	cJSON_ArrayForEach (input, inputs) {
		found = json_get_string(input, "key");
		if (found && !strcmp(found, key))
			return json_get_string(input, "value");
	}
	return NULL;
}

static bool parse_seconds(const char *text, int64_t *ret_ms)
{
	size_t digits = strspn(text, DIGITS);

	if (!digits || digits > SECONDS_DIGITS || text[digits])
		return false;
	*ret_ms = 1000 * strtoll(text, NULL, 10);
	return true;
}

/* Sets the end of a task, a failure, and a copy of its message. Returns 0 or -ENOMEM. */
static int fail_task(struct plan_task *task, enum slice_end end, const char *message)
{
	task->end = end;
	task->message = strdup(message);
	return task->message ? 0 : -ENOMEM;
}

/* Sets the time of a sleep to the first input that is a number (of seconds). Without one, leaves
 * the time as it is. The cloud's name for this input is not public. */
static void read_sleep(const cJSON *inputs, struct plan_task *task)
{
	const cJSON *input;

	cJSON_ArrayForEach (input, inputs) {
		if (parse_seconds(json_get_string(input, "value"), &task->ms))
			break;
	}
}

/* Sets the end of a task from PLAN_OUTCOME, and from the input "timeout", the time limit of the
 * step. Returns 0 or -ENOMEM. */
static int read_outcome(const cJSON *inputs, struct plan_task *task)
{
	const char *outcome = plan_input(inputs, PLAN_OUTCOME);
	const char *message = plan_input(inputs, PLAN_MESSAGE);
	const char *timeout = plan_input(inputs, "timeout");
	int64_t limit_ms;

	if (timeout && parse_seconds(timeout, &limit_ms) && limit_ms && limit_ms < task->ms) {
		task->ms = limit_ms;
		return fail_task(task, SLICE_TIMES_OUT, "it did not end within its timeout");
	}
	if (!outcome || !*outcome || !strcmp(outcome, "succeed"))
		return 0;
	if (!strcmp(outcome, "timeout"))
		return fail_task(task, SLICE_TIMES_OUT,
				 message ? message : "it timed out, as asked");
	if (!strcmp(outcome, "fail"))
		return fail_task(task, SLICE_FAILS, message ? message : "it failed, as asked");
	if (!strcmp(outcome, "fail-once"))
		return fail_task(task, SLICE_FAILS_ONCE,
				 message ? message : "it failed once, as asked");
	return fail_task(task, SLICE_FAILS,
			 PLAN_OUTCOME " is not one of succeed, fail, fail-once, timeout");
}

int plan_task_read(const char *action, const cJSON *inputs, int64_t step_ms,
		   struct plan_task *ret_task)
{
	const char *seconds = plan_input(inputs, PLAN_SECONDS);
	struct plan_task task = {.end = SLICE_SUCCEEDS, .ms = step_ms};
	int r;

	if (!strcmp(action, "suspend")) {
		*ret_task = (struct plan_task){.end = SLICE_WAITS};
		return 0;
	}
	if (!strcmp(action, "sleep"))
		read_sleep(inputs, &task);
	if (seconds && *seconds && !parse_seconds(seconds, &task.ms))
		r = fail_task(&task, SLICE_FAILS, PLAN_SECONDS " is not a number of seconds");
	else
		r = read_outcome(inputs, &task);
	if (r == 0)
		*ret_task = task;
	return r;
}
