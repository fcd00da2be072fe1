/* SPDX-License-Identifier: MIT */
/*
 * In doubt: a request may have reached the service and its answer was lost. Nothing is sent for the
 * path until the service has been asked what became of it.
 *
 * An update is read back: the job shows the content that was sent, or it does not. A create is
 * looked for: jobs are listed by name (all pages), those of another project, those that were there before
 * the request (question.c) and those that the ledger has bound to a path are left out, and the content
 * of the others is compared. A match is adopted. Creates of one name share an inquiry, so that each job is
 * shown once, however many of them there are. Two creates of the same name and content at once are
 * each other's twins: while one is on its way, the others do not conclude, since the job that they
 * find may be the twin's; those whose answers are lost are decided together, and each job is given once.
 * Where it cannot be told which job is whose, nothing is concluded (open_doubt.c).
 *
 * That nothing was found is believed only when the service was asked long enough after the request
 * was given up that it cannot be processed any more: settle_ms(). Until then, and while the service
 * cannot be asked, it is asked again, less and less often.
 */
#define _GNU_SOURCE
#include "submit/lost_answer.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"

#define ASK_FIRST_MS 500
#define ASK_MOST_MS 300000
#define SETTLE_MIN_MS 10000 /* a request that is under way is answered or dropped by then */

/*
 * Rounds that ask the service at once; the others wait in a line. After a kill or an outage hundreds of
 * submissions can be in doubt. If all of them asked at once, each answer would come too late to count,
 * and every round would end with more to ask.
 */
#define ASKING_MAX 64

static void ask(void *data);

static void ask_after(struct inquiry *inquiry, int64_t wait_ms)
{
	struct loop *loop = inquiry->engine->loop;

	loop_timer_set(loop, &inquiry->timer, loop_now_ms(loop) + wait_ms, ask, inquiry);
}

static void stop_waiting(struct inquiry *inquiry)
{
	if (!inquiry->waiting)
		return;
	TAILQ_REMOVE(&inquiry->engine->waiting_to_ask, inquiry, waiting_link);
	inquiry->waiting = false;
}

/* Lets a round begin if there is room for one more; else it begins when another has ended. */
static bool take_place(struct inquiry *inquiry)
{
	struct engine *engine = inquiry->engine;

	stop_waiting(inquiry);
	if (engine->n_asking >= ASKING_MAX) {
		TAILQ_INSERT_TAIL(&engine->waiting_to_ask, inquiry, waiting_link);
		inquiry->waiting = true;
		return false;
	}
	engine->n_asking++;
	inquiry->asking = true;
	return true;
}

/* The inquiry asks no more, or its round is over: if there is room, the first that waits begins. */
static void give_place_up(struct inquiry *inquiry)
{
	struct engine *engine = inquiry->engine;
	struct inquiry *next = TAILQ_FIRST(&engine->waiting_to_ask);

	if (inquiry->asking)
		engine->n_asking--;
	inquiry->asking = false;
	if (next && engine->n_asking < ASKING_MAX) {
		stop_waiting(next);
		ask_after(next, 0);
	}
}

static void free_inquiry(struct inquiry *inquiry)
{
	stop_waiting(inquiry);
	give_place_up(inquiry);
	if (inquiry->call)
		coc_call_cancel(inquiry->call);
	loop_timer_cancel(&inquiry->timer);
	LIST_REMOVE(inquiry, link);
	lost_create_drop(inquiry);
	free(inquiry->name);
	free(inquiry);
}

/* A round holds on to its inquiry while tasks leave it; inquiry_end_round() lets it go. */
static void leave(struct task *task)
{
	TAILQ_REMOVE(&task->inquiry->tasks, task, inquiry_link);
	task->inquiry = NULL;
	free(steal_ptr(task->open_story));
}

void doubt_finish(struct task *task)
{
	struct inquiry *inquiry = task->inquiry;

	if (!inquiry)
		return;
	leave(task);
	if (TAILQ_EMPTY(&inquiry->tasks))
		free_inquiry(inquiry);
}

static int64_t settle_ms(const struct engine *engine)
{
	int64_t timeout_ms = engine->options.timeout_ms;

	return timeout_ms > SETTLE_MIN_MS ? timeout_ms : SETTLE_MIN_MS;
}

static int64_t settled_at_ms(const struct task *task)
{
	return task->given_up_ms + settle_ms(task->engine);
}

bool inquiry_is_settled(const struct task *task)
{
	return task->inquiry->asked_ms >= settled_at_ms(task);
}

bool doubt_may_be_ended(const struct task *task)
{
	return task->inquiry && task->open_story && inquiry_is_settled(task);
}

/* Asks again, not before least_ms have passed. */
static void ask_again(struct inquiry *inquiry, int64_t least_ms)
{
	int64_t now_ms = loop_now_ms(inquiry->engine->loop);
	int64_t wait_ms = (int64_t)ASK_FIRST_MS << (inquiry->asked < 10 ? inquiry->asked : 10);
	const struct task *task;

	give_place_up(inquiry);
	if (wait_ms > ASK_MOST_MS)
		wait_ms = ASK_MOST_MS;
	/* the first answer that can be believed is wanted at once, also if its time came during a round */
	TAILQ_FOREACH(task, &inquiry->tasks, inquiry_link)
	{
		int64_t settled_in_ms = settled_at_ms(task) - now_ms;

		if (!inquiry_is_settled(task) && wait_ms > settled_in_ms)
			wait_ms = settled_in_ms > 0 ? settled_in_ms : 0;
	}
	ask_after(inquiry, wait_ms > least_ms ? wait_ms : least_ms);
}

void inquiry_ask_failed(struct inquiry *inquiry, const struct coc_answer *answer)
{
	inquiry->unanswered = true;
	ask_again(inquiry, answer ? answer->retry_after_ms : 0);
}

/* Is the job that the service shows what was sent? */
static bool matches(const struct coc_details *details, const struct ledger_submission *sub)
{
	return strlen(details->content) == sub->content_size &&
	       !memcmp(details->content, sub->content, sub->content_size) &&
	       attr_same(details->name, sub->attrs.value[ATTR_NAME]) &&
	       (!details->risk_level ||
		attr_same(details->risk_level, sub->attrs.value[ATTR_RISK_LEVEL])) &&
	       (!details->description ||
		attr_same(details->description, sub->attrs.value[ATTR_DESCRIPTION]));
}

int64_t inquiry_version(const char *version, int64_t expected)
{
	char *end;
	long number;

	if (!version || version[0] != 'v')
		return expected;
	number = strtol(version + 1, &end, 10);
	return *end || number < 1 ? expected : number;
}

static void conclude_absent(struct task *task)
{
	struct err err;

	CRASH_POINT("doubt-absent");
	leave(task);
	if (task->sub.queued) {
		err_set(&err, EIO, "the answer was lost, and the service has not done it");
		task_later(task, &err, backoff_ms(task->sub.attempts));
		return;
	}
	err_set(&err, EIO, "it was not submitted: the service was asked, and %s",
		task->sub.kind == SUBMIT_CREATE ? "has no such job" : "has not got this content");
	err_detail(&err, "what_to_do", "write the file again");
	task_fail(task, OUTCOME_FAILED, &err);
}

void inquiry_conclude_found(struct task *task, const char *job_id, int64_t version)
{
	leave(task);
	task_settle(task, OUTCOME_SETTLED, job_id, version);
}

/* Everything was looked at: what was not found by now was not done, if the time for it is over. */
void inquiry_end_round(struct inquiry *inquiry)
{
	struct task *task, *next;

	for (task = TAILQ_FIRST(&inquiry->tasks); task; task = next) {
		next = TAILQ_NEXT(task, inquiry_link);
		if (!inquiry->inconclusive && task->decided && inquiry_is_settled(task))
			conclude_absent(task);
	}
	if (TAILQ_EMPTY(&inquiry->tasks))
		free_inquiry(inquiry);
	else
		ask_again(inquiry, 0);
}

static void shown_update(void *data, const struct coc_answer *answer)
{
	struct inquiry *inquiry = data;
	struct task *task = TAILQ_FIRST(&inquiry->tasks);

	inquiry->call = NULL;
	outage_note(inquiry->engine, answer);
	CRASH_POINT("doubt-read-back");
	if (answer->outcome != COC_DONE && answer->errnum != ESTALE) {
		inquiry_ask_failed(inquiry, answer);
		return;
	}
	task->decided = true;
	if (answer->outcome == COC_DONE && matches(answer->details, &task->sub))
		inquiry_conclude_found(
			task, task->job_id,
			inquiry_version(answer->details->version, task->version + 1));
	inquiry_end_round(inquiry);
}

/* Begins a round: asks the service, from the beginning (a timer's callback). */
static void ask(void *data)
{
	struct inquiry *inquiry = data;
	struct engine *engine = inquiry->engine;
	struct err err = {0};

	if (!take_place(inquiry))
		return;
	CRASH_POINT("doubt-asking");
	inquiry->asked++;
	inquiry->asked_ms = loop_now_ms(engine->loop);
	inquiry->unanswered = inquiry->inconclusive = false;
	if (inquiry->name)
		lost_create_look(inquiry);
	else if (coc_show(engine->client, TAILQ_FIRST(&inquiry->tasks)->job_id,
			  engine->options.timeout_ms, shown_update, inquiry, &inquiry->call,
			  &err) < 0)
		inquiry_ask_failed(inquiry, NULL);
}

/* The inquiry that a task belongs to: of its name, or one of its own. NULL when out of memory. */
static struct inquiry *inquiry_for(struct task *task)
{
	struct engine *engine = task->engine;
	bool create = task->sub.kind == SUBMIT_CREATE;
	struct inquiry *inquiry;

	LIST_FOREACH(inquiry, &engine->inquiries, link)
	{
		if (create && inquiry->name &&
		    !strcmp(inquiry->name, task->sub.attrs.value[ATTR_NAME]))
			return inquiry;
	}
	inquiry = calloc(1, sizeof(*inquiry));
	if (!inquiry)
		return NULL;
	if (create && !(inquiry->name = strdup(task->sub.attrs.value[ATTR_NAME]))) {
		free(inquiry);
		return NULL;
	}
	inquiry->engine = engine;
	TAILQ_INIT(&inquiry->tasks);
	LIST_INSERT_HEAD(&engine->inquiries, inquiry, link);
	return inquiry;
}

/* Has an inquiry begin its next round after wait_ms, unless one is under way. */
static void hurry(struct inquiry *inquiry, int64_t wait_ms)
{
	inquiry->asked = 0;
	if (!inquiry->asking && !inquiry->waiting)
		ask_after(inquiry, wait_ms);
}

/* Joins the inquiry that a task in doubt belongs to (also a timer's callback). */
static void join(void *data)
{
	struct task *task = data;
	struct loop *loop = task->engine->loop;

	task->inquiry = inquiry_for(task);
	if (task->inquiry) {
		TAILQ_INSERT_TAIL(&task->inquiry->tasks, task, inquiry_link);
		hurry(task->inquiry, ASK_FIRST_MS);
	} else { /* no memory, perhaps the next time */
		loop_timer_set(loop, &task->timer, loop_now_ms(loop) + ASK_FIRST_MS, join, task);
	}
}

void doubt_begin(struct task *task)
{
	task->place = PLACE_DOUBT;
	task->engine->under_way--;
	task->engine->in_doubt++;
	task->given_up_ms = loop_now_ms(task->engine->loop);
	join(task);
	CRASH_POINT("doubt-begun");
}

void doubt_hurry(struct task *task)
{
	if (task->inquiry)
		hurry(task->inquiry, 0);
}

void doubt_hurry_unanswered(struct engine *engine)
{
	struct inquiry *inquiry;

	LIST_FOREACH(inquiry, &engine->inquiries, link)
	{
		if (inquiry->unanswered)
			hurry(inquiry, 0);
	}
}
