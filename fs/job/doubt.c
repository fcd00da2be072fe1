/* SPDX-License-Identifier: MIT */
/*
 * In doubt: a request may have reached the service and its answer was lost. Nothing is sent for the
 * path until the service has been asked what became of it.
 *
 * An update is read back: the job shows the content that was sent, or it does not. A create is
 * looked for: jobs are listed by name (all pages), those of another project, those made before the
 * request and those that the ledger has bound to a path are left out, and the content of the others
 * is compared. A match is adopted. Two creates of the same name and content at once are each
 * other's twins: while one is on its way, the other does not conclude, since the job that it finds
 * may be the twin's; a job that was adopted is bound, so that each gets its own.
 *
 * That nothing was found is believed only when the service was asked long enough after the request
 * was given up that it cannot be processed any more: settle_ms(). Until then, and while the service
 * cannot be asked, it is asked again, less and less often.
 */
#define _GNU_SOURCE
#include "job/task.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"

#define ASK_FIRST_MS 500
#define ASK_MOST_MS 300000
#define SETTLE_MIN_MS 10000 /* a request that is under way is answered or dropped by then */
#define CLOCK_SKEW_MS (15 * 60 * 1000) /* more is refused by the gateway */

struct inquiry {
	int64_t given_up_ms; /* on the loop's clock: when the request was given up */
	int64_t asked_ms;    /* when the service was asked last */
	unsigned asked;
	int64_t offset;	   /* in the list */
	char **candidates; /* job IDs to be shown */
	size_t n_candidates, next;
};

static void ask(void *data);

void doubt_finish(struct task *task)
{
	struct inquiry *inquiry = task->inquiry;

	if (!inquiry)
		return;
	for (size_t i = 0; i < inquiry->n_candidates; i++)
		free(inquiry->candidates[i]);
	free(inquiry->candidates);
	free(inquiry);
	task->inquiry = NULL;
}

static int64_t settle_ms(const struct task *task)
{
	int64_t timeout_ms = task->engine->options.timeout_ms;

	return timeout_ms > SETTLE_MIN_MS ? timeout_ms : SETTLE_MIN_MS;
}

static bool is_settled(const struct task *task)
{
	return task->inquiry->asked_ms >= task->inquiry->given_up_ms + settle_ms(task);
}

static void ask_again(struct task *task)
{
	struct inquiry *inquiry = task->inquiry;
	struct loop *loop = task->engine->loop;
	int64_t wait_ms = (int64_t)ASK_FIRST_MS << (inquiry->asked < 10 ? inquiry->asked : 10);
	int64_t settled_in_ms = inquiry->given_up_ms + settle_ms(task) - loop_now_ms(loop);

	if (wait_ms > ASK_MOST_MS)
		wait_ms = ASK_MOST_MS;
	/* the first answer that can be believed is wanted at once */
	if (settled_in_ms > 0 && wait_ms > settled_in_ms)
		wait_ms = settled_in_ms;
	if (loop_timer_set(loop, &task->timer, loop_now_ms(loop) + wait_ms, ask, task) < 0)
		log_error("%s: out of memory: asked again at the next mount", task->path);
}

static void conclude_absent(struct task *task)
{
	struct err err;

	if (!is_settled(task)) {
		ask_again(task);
		return;
	}
	CRASH_POINT("doubt-absent");
	if (task->sub.queued) {
		err_set(&err, EIO, "the answer was lost, and the service has not done it");
		task_later(task, &err, 0);
		return;
	}
	err_set(&err, EIO, "it was not submitted: the service was asked, and %s",
		task->sub.kind == SUBMIT_CREATE ? "has no such job" : "has not got this content");
	err_detail(&err, "what_to_do", "write the file again");
	task_fail(task, OUTCOME_FAILED, &err);
}

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* Is the job that the service shows what was sent? */
static bool matches(const struct coc_details *details, const struct ledger_submission *sub)
{
	return details && details->content && strlen(details->content) == sub->content_size &&
	       !memcmp(details->content, sub->content, sub->content_size) &&
	       same_text(details->name, sub->attrs.value[ATTR_NAME]) &&
	       (!details->risk_level ||
		same_text(details->risk_level, sub->attrs.value[ATTR_RISK_LEVEL])) &&
	       (!details->description ||
		same_text(details->description, sub->attrs.value[ATTR_DESCRIPTION]));
}

/* "v12" is 12; what is not of that form is taken for the version that the request would have made.
 */
static int64_t version_of(const struct coc_details *details, int64_t expected)
{
	char *end;
	long version;

	if (!details->version || details->version[0] != 'v')
		return expected;
	version = strtol(details->version + 1, &end, 10);
	return *end || version < 1 ? expected : version;
}

/* Is a job another path's? What was found or made in this turn is not in the ledger yet. */
static int is_taken(const struct engine *engine, const char *job_id)
{
	const struct task *other;

	TAILQ_FOREACH(other, &engine->ended, link)
	{
		if (other->outcome == OUTCOME_SETTLED && other->job_id &&
		    !strcmp(other->job_id, job_id))
			return 1;
	}
	return ledger_is_bound(engine->ledger, job_id);
}

static void show_next(struct task *task);

static void shown_candidate(void *data, const struct coc_answer *answer)
{
	struct task *task = data;
	struct inquiry *inquiry = task->inquiry;
	const char *job_id = inquiry->candidates[inquiry->next++];
	int taken;

	task->call = NULL;
	if (answer->outcome != COC_DONE && answer->errnum != ESTALE) {
		ask_again(task);
		return;
	}
	if (answer->outcome != COC_DONE || !matches(answer->details, &task->sub)) {
		show_next(task);
		return;
	}
	taken = is_taken(task->engine, job_id);
	if (taken > 0) {
		show_next(task);
	} else if (taken < 0 || engine_has_twin(task->engine, task)) {
		ask_again(task);
	} else {
		CRASH_POINT("doubt-found");
		task_settle(task, OUTCOME_SETTLED, job_id, version_of(answer->details, 1));
	}
}

static void show_next(struct task *task)
{
	struct inquiry *inquiry = task->inquiry;
	struct err err = {0};

	if (inquiry->next == inquiry->n_candidates) {
		conclude_absent(task);
		return;
	}
	if (coc_show(task->engine->client, inquiry->candidates[inquiry->next],
		     task->engine->options.timeout_ms, shown_candidate, task, &task->call,
		     &err) < 0)
		ask_again(task);
}

/* Could this job be the one that the request made? */
static int is_candidate(const struct task *task, const struct coc_summary *summary)
{
	const struct ledger_submission *sub = &task->sub;
	int bound;

	if (!summary->document_id || !same_text(summary->name, sub->attrs.value[ATTR_NAME]) ||
	    summary->create_time_ms < sub->started_ms - CLOCK_SKEW_MS)
		return 0;
	if (summary->enterprise_project_id &&
	    !same_text(summary->enterprise_project_id,
		       sub->attrs.value[ATTR_ENTERPRISE_PROJECT_ID]))
		return 0;
	bound = ledger_is_bound(task->engine->ledger, summary->document_id);
	return bound < 0 ? bound : !bound;
}

static int add_candidate(struct inquiry *inquiry, const char *job_id)
{
	char **candidates =
		reallocarray(inquiry->candidates, inquiry->n_candidates + 1, sizeof(*candidates));
	char *copy = strdup(job_id);

	if (candidates)
		inquiry->candidates = candidates;
	if (!candidates || !copy) {
		free(copy);
		return -ENOMEM;
	}
	candidates[inquiry->n_candidates++] = copy;
	return 0;
}

static void list_page(struct task *task);

static void listed(void *data, const struct coc_answer *answer)
{
	struct task *task = data;
	struct inquiry *inquiry = task->inquiry;

	task->call = NULL;
	if (answer->outcome != COC_DONE) {
		ask_again(task);
		return;
	}
	CRASH_POINT("doubt-listed");
	for (size_t i = 0; i < answer->n_summaries; i++) {
		int r = is_candidate(task, &answer->summaries[i]);

		if (r > 0)
			r = add_candidate(inquiry, answer->summaries[i].document_id);
		if (r < 0) {
			ask_again(task);
			return;
		}
	}
	inquiry->offset += (int64_t)answer->n_summaries;
	if (answer->n_summaries && inquiry->offset < answer->total)
		list_page(task);
	else
		show_next(task);
}

static void list_page(struct task *task)
{
	struct err err = {0};

	if (coc_list(task->engine->client, task->sub.attrs.value[ATTR_NAME], task->inquiry->offset,
		     task->engine->options.timeout_ms, listed, task, &task->call, &err) < 0)
		ask_again(task);
}

static void shown_update(void *data, const struct coc_answer *answer)
{
	struct task *task = data;

	task->call = NULL;
	CRASH_POINT("doubt-read-back");
	if (answer->outcome == COC_DONE && matches(answer->details, &task->sub))
		task_settle(task, OUTCOME_SETTLED, task->job_id,
			    version_of(answer->details, task->version + 1));
	else if (answer->outcome == COC_DONE || answer->errnum == ESTALE)
		conclude_absent(task);
	else
		ask_again(task);
}

/* Asks the service once, from the beginning (a timer's callback). */
static void ask(void *data)
{
	struct task *task = data;
	struct inquiry *inquiry = task->inquiry;
	struct err err = {0};

	CRASH_POINT("doubt-asking");
	for (size_t i = 0; i < inquiry->n_candidates; i++)
		free(inquiry->candidates[i]);
	inquiry->n_candidates = inquiry->next = 0;
	inquiry->offset = 0;
	inquiry->asked++;
	inquiry->asked_ms = loop_now_ms(task->engine->loop);
	if (task->sub.kind == SUBMIT_CREATE)
		list_page(task);
	else if (coc_show(task->engine->client, task->job_id, task->engine->options.timeout_ms,
			  shown_update, task, &task->call, &err) < 0)
		ask_again(task);
}

void doubt_begin(struct task *task)
{
	task->inquiry = calloc(1, sizeof(*task->inquiry));
	task->place = PLACE_DOUBT;
	task->engine->under_way--;
	if (!task->inquiry) {
		log_error("%s: out of memory: the service is asked at the next mount", task->path);
		return;
	}
	task->inquiry->given_up_ms = loop_now_ms(task->engine->loop);
	ask_again(task);
	CRASH_POINT("doubt-begun");
}

void doubt_hurry(struct task *task)
{
	struct loop *loop = task->engine->loop;

	if (!task->inquiry || task->call)
		return;
	task->inquiry->asked = 0;
	loop_timer_set(loop, &task->timer, loop_now_ms(loop), ask, task);
}
