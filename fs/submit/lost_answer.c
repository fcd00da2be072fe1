/* SPDX-License-Identifier: MIT */
/*
 * In doubt: a request may have reached the service and its answer was lost. Nothing is sent for the
 * path until the service has been asked what became of it.
 *
 * An update is read back: the job shows the content that was sent, or it does not. A create is
 * looked for: jobs are listed by name (all pages), those of another project, those that were there
 * before the request (question.c) and those that the ledger has bound to a path are left out, and
 * the content of the others is compared. A match is adopted. Creates of one name share an lost, so
 * that each job is shown once, however many of them there are. Two creates of the same name and
 * content at once are each other's twins: while one is on its way, the others do not conclude,
 * since the job that they find may be the twin's; those whose answers are lost are decided
 * together, and each job is given once. Where it cannot be told which job is whose, nothing is
 * concluded (undecided.c).
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
 * Rounds that ask the service at once; the others wait in a line. After a kill or an outage
 * hundreds of submissions can be in doubt. If all of them asked at once, each answer would come too
 * late to count, and every round would end with more to ask.
 */
#define ASKING_MAX 64

static void ask_service(void *data);

static void ask_after(struct lost_answer *lost, int64_t wait_ms)
{
	struct loop *loop = lost->engine->loop;

	loop_timer_set(loop, &lost->timer, loop_now_ms(loop) + wait_ms, ask_service, lost);
}

static void stop_waiting(struct lost_answer *lost)
{
	if (!lost->waiting)
		return;
	TAILQ_REMOVE(&lost->engine->waiting_to_ask, lost, waiting_link);
	lost->waiting = false;
}

/* Lets a round begin if there is room for one more; else it begins when another has ended. */
static bool take_place(struct lost_answer *lost)
{
	struct engine *engine = lost->engine;

	stop_waiting(lost);
	if (engine->n_asking >= ASKING_MAX) {
		TAILQ_INSERT_TAIL(&engine->waiting_to_ask, lost, waiting_link);
		lost->waiting = true;
		return false;
	}
	engine->n_asking++;
	lost->asking = true;
	return true;
}

/* The lost asks no more, or its round is over: if there is room, the first that waits begins. */
static void give_place_up(struct lost_answer *lost)
{
	struct engine *engine = lost->engine;
	struct lost_answer *next = TAILQ_FIRST(&engine->waiting_to_ask);

	if (lost->asking)
		engine->n_asking--;
	lost->asking = false;
	if (next && engine->n_asking < ASKING_MAX) {
		stop_waiting(next);
		ask_after(next, 0);
	}
}

static void free_lost_answer(struct lost_answer *lost)
{
	stop_waiting(lost);
	give_place_up(lost);
	if (lost->call)
		engine_cancel_call(lost->engine, lost->call);
	loop_timer_cancel(&lost->timer);
	LIST_REMOVE(lost, link);
	lost_create_drop(lost);
	free(lost->name);
	free(lost);
}

/* A round holds on to its lost while submissions leave it; lost_answer_end_round() lets it go. */
static void leave_lost_answer(struct submission *submission)
{
	TAILQ_REMOVE(&submission->lost->submissions, submission, lost_link);
	submission->lost = NULL;
	free(steal_ptr(submission->open_story));
}

void lost_answer_finish(struct submission *submission)
{
	struct lost_answer *lost = submission->lost;

	if (!lost)
		return;
	leave_lost_answer(submission);
	if (TAILQ_EMPTY(&lost->submissions))
		free_lost_answer(lost);
}

static int64_t settle_ms(const struct engine *engine)
{
	int64_t timeout_ms = engine->options.timeout_ms;

	return timeout_ms > SETTLE_MIN_MS ? timeout_ms : SETTLE_MIN_MS;
}

static int64_t settled_at_ms(const struct submission *submission)
{
	return submission->given_up_ms + settle_ms(submission->engine);
}

bool lost_answer_is_settled(const struct submission *submission)
{
	return submission->lost->asked_ms >= settled_at_ms(submission);
}

bool lost_answer_may_be_ended(const struct submission *submission)
{
	return submission->lost && submission->open_story && lost_answer_is_settled(submission);
}

/* Asks again, not before least_ms have passed. */
static void ask_again(struct lost_answer *lost, int64_t least_ms)
{
	int64_t now_ms = loop_now_ms(lost->engine->loop);
	int64_t wait_ms = (int64_t)ASK_FIRST_MS << (lost->asked < 10 ? lost->asked : 10);
	const struct submission *submission;

	give_place_up(lost);
	if (wait_ms > ASK_MOST_MS)
		wait_ms = ASK_MOST_MS;
	/* the first answer that can be believed is wanted at once, also if its time came during a
	 * round */
	TAILQ_FOREACH (submission, &lost->submissions, lost_link) {
		int64_t settled_in_ms = settled_at_ms(submission) - now_ms;

		if (!lost_answer_is_settled(submission) && wait_ms > settled_in_ms)
			wait_ms = settled_in_ms > 0 ? settled_in_ms : 0;
	}
	ask_after(lost, wait_ms > least_ms ? wait_ms : least_ms);
}

void lost_answer_ask_failed(struct lost_answer *lost, const struct coc_answer *answer)
{
	lost->unanswered = true;
	ask_again(lost, answer ? answer->retry_after_ms : 0);
}

/* Is the job that the service shows what was sent? */
static bool update_matches(const struct coc_details *details, const struct ledger_submission *sub)
{
	return strlen(details->content) == sub->content_size &&
	       !memcmp(details->content, sub->content, sub->content_size) &&
	       attr_same(details->name, sub->attrs.value[ATTR_NAME]) &&
	       (!details->risk_level ||
		attr_same(details->risk_level, sub->attrs.value[ATTR_RISK_LEVEL])) &&
	       (!details->description ||
		attr_same(details->description, sub->attrs.value[ATTR_DESCRIPTION]));
}

int64_t lost_answer_version(const char *version, int64_t expected)
{
	char *end;
	long number;

	if (!version || version[0] != 'v')
		return expected;
	number = strtol(version + 1, &end, 10);
	return *end || number < 1 ? expected : number;
}

static void conclude_absent(struct submission *submission)
{
	struct err err;

	CRASH_POINT("doubt-absent");
	leave_lost_answer(submission);
	if (submission->record.queued) {
		err_set(&err, EIO, "the answer was lost, and the service has not done it");
		submission_later(submission, &err,
				 backoff_ms(submission->engine, submission->record.attempts));
		return;
	}
	err_set(&err, EIO, "it was not submitted: the service was asked, and %s",
		submission->record.kind == SUBMIT_CREATE ? "has no such job"
							 : "has not got this content");
	err_detail(&err, "what_to_do", "write the file again");
	submission_fail(submission, OUTCOME_FAILED, &err);
}

void lost_answer_conclude_found(struct submission *submission, const char *job_id, int64_t version)
{
	leave_lost_answer(submission);
	submission_settle(submission, OUTCOME_SETTLED, job_id, version);
}

/* Everything was looked at: what was not found by now was not done, if the time for it is over. */
void lost_answer_end_round(struct lost_answer *lost)
{
	struct submission *submission, *next;

	for (submission = TAILQ_FIRST(&lost->submissions); submission; submission = next) {
		next = TAILQ_NEXT(submission, lost_link);
		if (!lost->inconclusive && submission->decided &&
		    lost_answer_is_settled(submission))
			conclude_absent(submission);
	}
	if (TAILQ_EMPTY(&lost->submissions))
		free_lost_answer(lost);
	else
		ask_again(lost, 0);
}

static void shown_update(void *data, const struct coc_answer *answer)
{
	struct lost_answer *lost = data;
	struct submission *submission = TAILQ_FIRST(&lost->submissions);

	lost->call = NULL;
	outage_note(lost->engine, answer);
	CRASH_POINT("doubt-read-back");
	if (answer->outcome != COC_DONE && answer->errnum != ESTALE) {
		lost_answer_ask_failed(lost, answer);
		return;
	}
	submission->decided = true;
	if (answer->outcome == COC_DONE && update_matches(answer->details, &submission->record))
		lost_answer_conclude_found(
			submission, submission->job_id,
			lost_answer_version(answer->details->version, submission->version + 1));
	lost_answer_end_round(lost);
}

/* Begins a round: asks the service, from the beginning (a timer's callback). */
static void ask_service(void *data)
{
	struct lost_answer *lost = data;
	struct engine *engine = lost->engine;
	const struct coc_service *service = &engine->service;
	struct err err = {0};

	if (!take_place(lost))
		return;
	CRASH_POINT("doubt-asking");
	lost->asked++;
	lost->asked_ms = loop_now_ms(engine->loop);
	lost->unanswered = lost->inconclusive = false;
	if (lost->name)
		lost_create_look(lost);
	else if (service->ops->show(service->data, TAILQ_FIRST(&lost->submissions)->job_id, NULL,
				    engine->options.timeout_ms, shown_update, lost, &lost->call,
				    &err) < 0)
		lost_answer_ask_failed(lost, NULL);
}

/* The lost that a submission belongs to: of its name, or one of its own. NULL when out of
 * memory. */
static struct lost_answer *lost_answer_for(struct submission *submission)
{
	struct engine *engine = submission->engine;
	bool create = submission->record.kind == SUBMIT_CREATE;
	struct lost_answer *lost;

	LIST_FOREACH (lost, &engine->lost_answers, link) {
		if (create && lost->name &&
		    !strcmp(lost->name, submission->record.attrs.value[ATTR_NAME]))
			return lost;
	}
	lost = calloc(1, sizeof(*lost));
	if (!lost)
		return NULL;
	if (create && !(lost->name = strdup(submission->record.attrs.value[ATTR_NAME]))) {
		free(lost);
		return NULL;
	}
	lost->engine = engine;
	TAILQ_INIT(&lost->submissions);
	LIST_INSERT_HEAD(&engine->lost_answers, lost, link);
	return lost;
}

/* Has an lost begin its next round after wait_ms, unless one is under way. */
static void hurry_lost_answer(struct lost_answer *lost, int64_t wait_ms)
{
	lost->asked = 0;
	if (!lost->asking && !lost->waiting)
		ask_after(lost, wait_ms);
}

/* Joins the lost that a submission in doubt belongs to (also a timer's callback). */
static void join_lost_answer(void *data)
{
	struct submission *submission = data;
	struct loop *loop = submission->engine->loop;

	submission->lost = lost_answer_for(submission);
	if (submission->lost) {
		TAILQ_INSERT_TAIL(&submission->lost->submissions, submission, lost_link);
		hurry_lost_answer(submission->lost, ASK_FIRST_MS);
	} else { /* no memory, perhaps the next time */
		loop_timer_set(loop, &submission->timer, loop_now_ms(loop) + ASK_FIRST_MS,
			       join_lost_answer, submission);
	}
}

void lost_answer_begin(struct submission *submission)
{
	submission->stage = STAGE_IN_DOUBT;
	submission->engine->under_way--;
	submission->engine->in_doubt++;
	submission->given_up_ms = loop_now_ms(submission->engine->loop);
	submission->has_gist = submission->record.kind == SUBMIT_CREATE &&
			       content_gist(submission->record.content,
					    submission->record.content_size, submission->gist) == 0;
	join_lost_answer(submission);
	CRASH_POINT("doubt-begun");
}

void lost_answer_hurry(struct submission *submission)
{
	if (submission->lost)
		hurry_lost_answer(submission->lost, 0);
}

void lost_answer_hurry_unanswered(struct engine *engine)
{
	struct lost_answer *lost;

	LIST_FOREACH (lost, &engine->lost_answers, link) {
		if (lost->unanswered)
			hurry_lost_answer(lost, 0);
	}
}
