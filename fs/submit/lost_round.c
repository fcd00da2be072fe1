/* SPDX-License-Identifier: MIT */
/*
 * The rounds of questions to the service about a lost answer: when a round begins, how it ends, and
 * what is concluded. The comment at the top of lost_answer.c explains when that is safe.
 */
#define _GNU_SOURCE
#include "submit/lost_round.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/crash.h"
#include "submit/lost.h"
#include "submit/outage.h"
#include "submit/submission.h"
#include "submit/version_search.h"
#include "submit/versions.h"

#define ASK_MOST_MS 300000
/* the least time after which a request that was given up counts as dead: by then the service has
 * answered or dropped it */
#define SETTLE_MIN_MS 10000

/*
 * The most rounds that ask the service at the same time; other rounds wait in
 * engine->waiting_to_ask. After a kill or an outage hundreds of submissions can be in doubt. If all
 * asked at once, each answer would come too late to count, and every round would end with more to
 * ask.
 */
#define ASKING_MAX 64

static void ask_after(struct lost_answer *lost, int64_t wait_ms)
{
	struct loop *loop = lost->engine->loop;

	loop_timer_set(loop, &lost->timer, loop_now_ms(loop) + wait_ms, lost->begin, lost);
}

static void stop_waiting(struct lost_answer *lost)
{
	if (!lost->waiting)
		return;
	TAILQ_REMOVE(&lost->engine->waiting_to_ask, lost, waiting_link);
	lost->waiting = false;
}

bool lost_answer_take_place(struct lost_answer *lost)
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

/* Frees the place of a round that is over, or of a lost answer that ends. Then the first lost
 * answer in engine->waiting_to_ask begins its round. */
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

static void candidate_finish(struct candidate *candidate)
{
	free(candidate->job.id);
	free(candidate->job.project);
	free(candidate->job.version);
	free(candidate->risk_level);
	free(candidate->description);
	*candidate = (struct candidate){0};
}

void lost_answer_drop_candidates(struct lost_answer *lost)
{
	for (size_t i = 0; i < lost->n_candidates; i++)
		candidate_finish(&lost->candidates[i]);
	free(steal_ptr(lost->candidates));
	lost->n_candidates = 0;
}

static void drop_found(struct lost_answer *lost)
{
	name_list_finish(&lost->list);
	lost_answer_drop_candidates(lost);
}

static void free_lost_answer(struct lost_answer *lost)
{
	stop_waiting(lost);
	give_place_up(lost);
	if (lost->call)
		engine_cancel_call(lost->engine, lost->call);
	loop_timer_cancel(&lost->timer);
	LIST_REMOVE(lost, link);
	drop_found(lost);
	free(lost->name);
	free(lost);
}

/* Takes a submission out of its lost answer. Does not free the lost answer, even if no submission
 * is left: a round may still use it. lost_answer_end_round() frees it. */
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

/* Begins the next round later, after least_ms at the earliest. The wait doubles with each round,
 * from LOST_ASK_FIRST_MS to ASK_MOST_MS. But if the next submission is settled earlier
 * (lost_answer_is_settled()), the round begins then. */
static void ask_again(struct lost_answer *lost, int64_t least_ms)
{
	int64_t now_ms = loop_now_ms(lost->engine->loop);
	int64_t wait_ms = (int64_t)LOST_ASK_FIRST_MS << (lost->asked < 10 ? lost->asked : 10);
	const struct submission *submission;

	give_place_up(lost);
	if (wait_ms > ASK_MOST_MS)
		wait_ms = ASK_MOST_MS;
	/* From the moment when a submission is settled, a round can conclude that its request was
	 * not done. So do not wait longer than until then, even if that moment came during this
	 * round. */
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

static void conclude_absent(struct submission *submission)
{
	struct err err;

	CRASH_POINT("doubt-absent");
	leave_lost_answer(submission);
	/* If somebody else has written a version since, to send the update again would overwrite
	 * that: the update fails as a conflict. With conflict=overwrite it fails only if a version
	 * was not shown, which may be its own. An update from before -o rebind was perhaps never
	 * sent: it is checked before it is sent (base_check.c). */
	if (!submission->record.rebound && submission->search.newest > submission->record.onto &&
	    (versions_are_checked(submission) || submission->search.is_unsure)) {
		version_search_explain(submission, &err);
		submission->is_conflict = true;
		submission->seen = submission->search.newest;
		submission_fail(submission, OUTCOME_FAILED, &err);
		return;
	}
	if (submission->record.queued) {
		err_set(&err, EIO,
			submission->record.rebound
				? "the service was asked: no other copy of the state directory has "
				  "sent it"
				: "the answer was lost, and the service has not done it");
		submission->record.rebound = false;
		submission_later(
			submission, &err,
			outage_backoff_ms(submission->engine, submission->record.attempts));
		return;
	}
	err_set(&err, EIO, "it was not submitted: the service was asked, and %s",
		submission->record.kind == SUBMIT_CREATE ? "has no such job"
							 : "has not got this content");
	err_detail(&err, "what_to_do", "write the file again");
	submission_fail(submission, OUTCOME_FAILED, &err);
}

void lost_answer_conclude_found(struct submission *submission, const char *job_id,
				struct job_versions versions)
{
	leave_lost_answer(submission);
	submission_settle(submission, OUTCOME_SETTLED, job_id, versions);
}

void lost_answer_conclude_update(struct submission *submission)
{
	leave_lost_answer(submission);
	version_search_settle(submission);
}

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

void lost_answer_hurry_round(struct lost_answer *lost, int64_t wait_ms)
{
	lost->asked = 0;
	if (!lost->asking && !lost->waiting)
		ask_after(lost, wait_ms);
}

void lost_answer_hurry(struct submission *submission)
{
	if (submission->lost)
		lost_answer_hurry_round(submission->lost, 0);
}

void lost_answer_hurry_all(struct engine *engine)
{
	struct lost_answer *lost;

	LIST_FOREACH (lost, &engine->lost_answers, link)
		lost_answer_hurry_round(lost, 0);
}

void lost_answer_hurry_unanswered(struct engine *engine)
{
	struct lost_answer *lost;

	LIST_FOREACH (lost, &engine->lost_answers, link) {
		if (lost->unanswered)
			lost_answer_hurry_round(lost, 0);
	}
}
