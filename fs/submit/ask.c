/* SPDX-License-Identifier: MIT */
/*
 * Before most requests there is a question. First the submission is recorded, then the service is
 * asked: a create asks for the jobs of its name (question.c), an update for the newest version
 * (base_check.c). The answer is recorded as well, durably, and then the request is sent. If a crash
 * leaves such a submission recorded without an answer, its request was surely not sent. With
 * conflict=overwrite an update or a deletion has a question only if versions_are_checked().
 */
#define _GNU_SOURCE
#include "submit/ask.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "submit/adoption.h"
#include "submit/adoption_take.h"
#include "submit/base_check.h"
#include "submit/question.h"
#include "submit/outage.h"
#include "submit/put_back.h"
#include "submit/send.h"
#include "submit/submission.h"
#include "submit/versions.h"

static void take_answer(struct submission *submission, const struct question_answer *answer);

bool submission_is_asked_for(const struct submission *submission)
{
	return submission_is_create(submission) || versions_are_checked(submission);
}

void submission_give_up_for_now(struct submission *submission, const char *what, int r)
{
	struct err err;

	err_set(&err, -r, "%s, nothing was sent: %s", what, strerror(-r));
	err_detail(&err, "what_to_do", "write the file again later");
	submission_count_in_flight(submission, -1);
	submission_later(submission, &err,
			 outage_backoff_ms(submission->engine, submission->record.attempts));
}

static void ask_question(struct submission *submission)
{
	int r;

	submission->stage = STAGE_ASKING;
	r = submission_is_create(submission) ? question_begin(submission, take_answer)
					     : base_check_begin(submission);
	if (r < 0)
		submission_give_up_for_now(submission, "the service cannot be asked", r);
}

void submission_ask_all(struct submission_list *begun)
{
	struct submission *submission;

	while ((submission = TAILQ_FIRST(begun))) {
		struct loop *loop = submission->engine->loop;

		TAILQ_REMOVE(begun, submission, link);
		ask_question(submission);
		stall_next(loop_stall(loop));
	}
}

/* A timer's callback, after the ledger could not make durable what it records of a queued
 * submission. Looks at the ledger. If the submission is recorded as being sent, it goes on with its
 * question, or its request if it has none. If not, it goes back into the queue. After an error the
 * timer runs again: until then the submission stays in memory, because nothing else would send
 * it. */
static void go_on_with_submission(void *data)
{
	struct submission *submission = data;
	struct engine *engine = submission->engine;
	int r = ledger_is_being_sent(engine->ledger, &submission->record);

	if (r > 0 && adoption_restore(submission) < 0)
		r = -EIO;
	if (r <= 0) {
		if (r < 0)
			submission_go_on_later(submission);
		else
			queue_put_back(submission);
		return;
	}
	submission->deadline_ms = loop_now_ms(engine->loop) + engine->options.timeout_ms;
	submission_count_in_flight(submission, 1);
	if (submission_is_asked_for(submission)) {
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
	loop_timer_set(loop, &submission->timer, loop_now_ms(loop) + LEDGER_AGAIN_MS,
		       go_on_with_submission, submission);
}

static void send_again(void *data)
{
	struct submission *submission = data;

	/* The intent is durable already, so it is not recorded again. But if the submission has a
	 * question, that is asked again: meanwhile somebody may have created a job, or written a
	 * version. */
	submission_count_in_flight(submission, 1);
	if (submission_is_asked_for(submission))
		ask_question(submission);
	else
		submission_send(submission);
}

bool submission_retry_soon(struct submission *submission, int64_t retry_after_ms)
{
	struct loop *loop = submission->engine->loop;
	int64_t wait_ms = outage_patience_ms(submission->engine, retry_after_ms);
	int64_t due_ms = loop_now_ms(loop) + wait_ms;

	if (due_ms >= submission->deadline_ms)
		return false;
	loop_timer_set(loop, &submission->timer, due_ms, send_again, submission);
	log_info("%s: the service is busy, asked again in %lld ms", submission->path,
		 (long long)wait_ms);
	return true;
}

static void fail_unasked(struct submission *submission, const struct coc_answer *answer,
			 const char *what)
{
	struct err err = *answer->err;

	/* ESTALE: the job is gone, and err says so without this context */
	if (answer->errnum != ESTALE)
		err_context(&err, "nothing was sent, as the service could not be asked %s", what);
	if (answer->outcome == COC_UNKNOWN) {
		err_drop(&err, "what_to_do");
		err_detail(&err, "what_to_do", "write the file again later");
	}
	if (coc_answer_refuses(answer))
		submission_fail(submission, OUTCOME_FAILED, &err);
	else
		submission_later(submission, &err,
				 answer->outcome == COC_NOT_PROCESSED ? answer->retry_after_ms : 0);
}

void submission_is_unasked(struct submission *submission, const struct coc_answer *answer,
			   const char *what)
{
	submission_count_in_flight(submission, -1);
	if (answer->outcome != COC_NOT_PROCESSED || submission->record.queued ||
	    !submission_retry_soon(submission, answer->retry_after_ms))
		fail_unasked(submission, answer, what);
}

/* The create makes a job: records known_ids, the jobs that the service had before. The end of this
 * iteration makes that durable, and sends the create. */
static void make_job(struct submission *submission, const char *known_ids, bool partial)
{
	struct engine *engine = submission->engine;
	int r = ledger_know(engine->ledger, &submission->record, known_ids, partial);

	CRASH_POINT("known-recorded");
	if (r < 0) {
		submission_give_up_for_now(submission,
					   "the ledger cannot record the jobs of this name", r);
		return;
	}
	submission->stage = STAGE_FRESH;
	TAILQ_INSERT_TAIL(&engine->iteration.fresh, submission, link);
}

static void refuse_asked(struct submission *submission, const struct err *err)
{
	submission_count_in_flight(submission, -1);
	submission_fail(submission, OUTCOME_FAILED, err);
}

/* The create takes the job in details, and goes on as an update of that job. If the risk level
 * forbids that, or the ledger fails, ends the attempt. */
static void take_job(struct submission *submission, const struct coc_details *details)
{
	struct err err;
	int r = adoption_take(submission, details, &err);

	if (r == -EPERM)
		refuse_asked(submission, &err);
	else if (r < 0)
		submission_give_up_for_now(submission,
					   "the ledger cannot record the job of this name", r);
	else
		base_check_judge(submission, details);
}

static void on_adoption_decided(struct submission *submission,
				const struct adoption_outcome *outcome)
{
	switch (outcome->kind) {
	case ADOPTION_NONE:
		make_job(submission, outcome->known_ids, outcome->partial);
		break;
	case ADOPTION_TAKES:
		take_job(submission, outcome->details);
		break;
	case ADOPTION_REFUSED:
		refuse_asked(submission, outcome->err);
		break;
	case ADOPTION_UNASKED:
		submission_is_unasked(submission, outcome->answer,
				      "for the text of a job of this name");
		break;
	case ADOPTION_STOPPED:
		submission_give_up_for_now(submission, outcome->what, outcome->r);
		break;
	}
}

static void take_answer(struct submission *submission, const struct question_answer *answer)
{
	if (answer->failed) {
		submission_note_request_id(submission, answer->failed->request_id);
		submission_is_unasked(submission, answer->failed, "for jobs of this name");
		return;
	}
	if (answer->errnum) {
		submission_give_up_for_now(submission,
					   "the service cannot be asked for jobs of this name",
					   -answer->errnum);
		return;
	}
	if (submission->adoption)
		adoption_decide(submission, answer->ids, answer->partial, on_adoption_decided);
	else
		make_job(submission, answer->ids, answer->partial);
}
