/* SPDX-License-Identifier: MIT */
/*
 * A submission is in doubt if its request may have reached the service and the answer was lost.
 * Nothing is sent for its path until the service has been asked what became of the request.
 *
 * A lost update is looked for among the versions that came after it was sent (version_search.c). If
 * none of them has what was sent, and somebody else has written since, the update ends as a
 * conflict (base_check.c): nothing is sent again.
 *
 * A lost create is looked for by name: all pages of the list are read. Two kinds of jobs are left
 * out: jobs from before the request (question.c), and jobs that the ledger has bound to a path or
 * forgotten on demand. The content of the other jobs is compared. A create gets the job that has
 * its content and its other values, such as the project. If a job has the content but another value
 * differs, the create stays in doubt: a person may have changed the job (lost_match.c).
 *
 * Creates of one name share one struct lost_answer. So the service is asked to show each job only
 * once for all these creates. Two creates of the same name and content at the same time are each
 * other's twins. While the request of a twin is under way, no lost create of this content is
 * decided: a job that is found may be the twin's. Creates whose answers are lost are decided
 * together, and each job is given to one of them (lost_decision.c). If it cannot be told which
 * create made which job, nothing is concluded (undecided.c). Each round of questions ends in
 * lost_round.c.
 *
 * That a round finds nothing is believed only if it began long enough after the request was given
 * up: settle_ms() in lost_round.c. By then the service cannot process the request any more. Until
 * then, and while the service cannot be asked, the service is asked again, less and less often.
 */
#define _GNU_SOURCE
#include "submit/lost_answer.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "submit/lost.h"
#include "submit/lost_create.h"
#include "submit/lost_round.h"
#include "submit/outage.h"
#include "submit/soundness.h"
#include "submit/submission.h"
#include "submit/submission_content.h"
#include "submit/version_search.h"

/* Ends a round for a lost update, when the versions of its job were searched. failed: the answer
 * that ended the search early, or NULL. ESTALE: the job is gone, so the update counts as not
 * found. */
static void on_update_looked_for(struct submission *submission, const struct coc_answer *failed)
{
	struct lost_answer *lost = submission->lost;

	CRASH_POINT("doubt-read-back");
	if (failed && failed->errnum != ESTALE) {
		lost_answer_ask_failed(lost, failed);
		return;
	}
	submission->decided = true;
	if (!failed && submission->search.ours)
		lost_answer_conclude_update(submission);
	lost_answer_end_round(lost);
}

/* A timer's callback: begins a round of questions to the service about a lost answer. Does nothing
 * while the ledger is not known to be sound. If too many rounds are under way, this round begins
 * when a place is free (lost_answer_take_place()). */
static void ask_service(void *data)
{
	struct lost_answer *lost = data;
	struct engine *engine = lost->engine;

	/* lost_answer_hurry_all() calls this again when the ledger is known to be sound, and
	 * lost_round.c when a place is free */
	if (!soundness_is_clear(engine) || !lost_answer_take_place(lost))
		return;
	CRASH_POINT("doubt-asking");
	lost->asked++;
	lost->asked_ms = loop_now_ms(engine->loop);
	lost->unanswered = lost->inconclusive = false;
	if (lost->name)
		lost_create_look(lost);
	else if (version_search_begin(TAILQ_FIRST(&lost->submissions), engine->options.timeout_ms,
				      on_update_looked_for) < 0)
		lost_answer_ask_failed(lost, NULL);
}

/* Finds the lost answer that a submission belongs to, or makes it: one for all creates of a name,
 * one for each update. NULL when out of memory. */
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
	lost->begin = ask_service;
	TAILQ_INIT(&lost->submissions);
	LIST_INSERT_HEAD(&engine->lost_answers, lost, link);
	return lost;
}

/* Puts a submission (data) that is in doubt into its lost answer, and lets the next round begin.
 * Without memory for a lost answer sets a timer, which calls this function again. */
static void join_lost_answer(void *data)
{
	struct submission *submission = data;
	struct loop *loop = submission->engine->loop;

	submission->lost = lost_answer_for(submission);
	if (submission->lost) {
		TAILQ_INSERT_TAIL(&submission->lost->submissions, submission, lost_link);
		lost_answer_hurry_round(submission->lost, LOST_ASK_FIRST_MS);
	} else { /* there was no memory: try again later */
		loop_timer_set(loop, &submission->timer, loop_now_ms(loop) + LOST_ASK_FIRST_MS,
			       join_lost_answer, submission);
	}
}

void lost_answer_begin(struct submission *submission)
{
	submission->stage = STAGE_IN_DOUBT;
	submission->engine->under_way--;
	submission->engine->in_doubt++;
	/* after -o rebind the other copy of the state may have sent the request, but not after this
	 * mount began */
	submission->given_up_ms = submission->record.rebound
					  ? submission->engine->begun_ms
					  : loop_now_ms(submission->engine->loop);
	submission->has_gist = submission->record.kind == SUBMIT_CREATE &&
			       submission_read_content(submission) == 0 &&
			       content_gist(submission->record.content,
					    submission->record.content_size, submission->gist) == 0;
	if (submission->has_gist)
		submission_drop_content(submission);
	join_lost_answer(submission);
	CRASH_POINT("doubt-begun");
}
