/* SPDX-License-Identifier: MIT */
/*
 * The engine: one submission, made exactly once.
 *
 * COC's create has no idempotency key. So three steps, in this order, see to the "exactly once".
 * (1) The intent is recorded: what is to be sent, for which row (start.c). (2) The end of the
 * iteration makes it durable (end_of_iteration.c, group_sync.c). THE COMMIT POINT: from here on a
 * crash can neither lose nor double the job, because the next mount finds the intent and asks the
 * service. (3) Only then the request is sent (send.c). Its answer ends the submission. A lost
 * answer makes the submission in-doubt, and the service is asked (lost_answer.c) before anything is
 * sent again for its path. The writer is answered last, when the outcome is recorded.
 *
 * For each row (a path, also when it is renamed) one submission is current, and at most one newer
 * submission stands behind it. So the requests of a path keep their order. When the next content
 * comes, the engine knows the create that is under way, and the content becomes an update of the
 * job that the create makes.
 */
#define _GNU_SOURCE
#include "submit/engine.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "job/origins.h"
#include "ledger/catalogue.h"
#include "submit/bounds.h"
#include "submit/catalogue_state.h"
#include "submit/seen_jobs.h"
#include "submit/group_sync.h"
#include "submit/imports_state.h"
#include "submit/lost_round.h"
#include "submit/rows.h"
#include "submit/show_state.h"
#include "submit/soundness.h"
#include "submit/sources.h"
#include "submit/start.h"
#include "submit/submission.h"
#include "submit/waiter.h"

/* Reads what the metrics show of the ledger: when the scan began that .coc/jobs shows, and how many
 * submissions are queued. Returns 1 if the queue is not counted to its end yet (call again), 0, or
 * -errno. */
static int count_for_metrics(struct engine *engine, struct queued_count *queued,
			     int64_t *ret_scanned_ms)
{
	int r = ledger_catalogue_when(engine->ledger, ret_scanned_ms);

	return r < 0 ? r : ledger_count_queued(engine->ledger, queued);
}

int submit_write_metrics(struct engine *engine, struct queued_count *queued, struct buf *text)
{
	int64_t scanned_ms = 0;
	int r = count_for_metrics(engine, queued, &scanned_ms);
	struct ledger_commits commits = ledger_commits(engine->ledger);
	struct metrics_now now = {
		.in_flight = engine->in_flight,
		.in_doubt = engine->in_doubt,
		.auth_failures = engine->service.ops->auth_failures(engine->service.data),
		.paused = engine->service.ops->paused(engine->service.data),
		.commits_durable = commits.durable,
		.commits_other = commits.other,
		.queued = queued->n,
		.scanned_ms = scanned_ms,
		.soundness = (unsigned)engine->soundness.state,
		.stall = loop_stall(engine->loop),
	};

	return r != 0 ? r : metrics_write(&engine->metrics, &now, text);
}

unsigned submit_under_way(const struct engine *engine)
{
	return engine->under_way + group_sync_is_awaited(engine);
}

int engine_create(struct loop *loop, struct ledger *ledger, struct coc_service service,
		  const struct engine_options *options, struct engine **ret_engine)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int r;

	if (!engine)
		return -ENOMEM;
	engine->loop = loop;
	engine->ledger = ledger;
	engine->service = service;
	engine->options = *options;
	sources_complete(&engine->options.sources);
	shares_init(&engine->memory, SUBMISSIONS_MEMORY_MAX, options->one_user);
	TAILQ_INIT(&engine->waiting);
	TAILQ_INIT(&engine->begun);
	TAILQ_INIT(&engine->waiting_to_ask);
	engine->queue_may_have_next = true;
	engine->begun_ms = loop_now_ms(loop);
	group_sync_init(engine);
	refusals_init(&engine->refusals);
	r = catalogue_create(engine, &engine->catalogue);
	if (r == 0)
		r = shows_create(engine, &engine->shows);
	if (r == 0)
		r = imports_create(engine, &engine->imports);
	if (r == 0)
		r = soundness_begin(engine);
	if (r == 0 && !(engine->seen_jobs = seen_jobs_create()))
		r = -ENOMEM;
	if (r < 0) {
		engine_destroy(engine);
		return r;
	}
	*ret_engine = engine;
	return 0;
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	soundness_finish(engine);
	catalogue_destroy(engine->catalogue);
	imports_destroy(engine->imports);
	shows_destroy(engine->shows);
	seen_jobs_destroy(engine->seen_jobs);
	group_sync_finish(engine);
	waiters_drop(&engine->recorded);
	for (size_t i = 0; i < SUBMISSION_BUCKETS; i++)
		while (engine->by_row[i]) {
			struct submission *submission = engine->by_row[i];

			engine->by_row[i] = submission->next_by_row;
			submission_destroy(submission->behind);
			submission_destroy(submission);
		}
	loop_timer_cancel(&engine->again);
	loop_timer_cancel(&engine->queue_due);
	refusals_finish(&engine->refusals);
	shares_finish(&engine->memory);
	free(engine);
}

static struct waiter *hand_waiter(struct submission *submission, submit_done_fn *done, void *data)
{
	struct waiter *waiter = waiter_create(submission->engine, done, data);

	if (waiter)
		LIST_INSERT_HEAD(&submission->waiters, waiter, link);
	return waiter;
}

/* Does this submission have the same content and attributes as sub, so that a waiter for sub may
 * wait for it? No if it is a deletion, has ended or is in doubt, or if sub names another base. */
static bool has_same_content(const struct submission *submission,
			     const struct ledger_submission *sub)
{
	if (sub->base && submission->record.base != sub->base)
		return false;
	if (submission->deletion || submission->stage == STAGE_IN_DOUBT ||
	    submission->stage == STAGE_ENDED ||
	    !origins_same(&submission->record.attrs, &sub->attrs) ||
	    memcmp(submission->record.digest, sub->digest, CONTENT_DIGEST_SIZE))
		return false;
	for (int i = 0; i < ATTR_COUNT; i++) {
		if (!attr_same(submission->record.attrs.value[i], sub->attrs.value[i]))
			return false;
	}
	return true;
}

/* Puts a submission behind the current one of its row (ahead). If an older submission stands there,
 * the new one replaces it. The new one takes over its waiters, and the attributes that a user has
 * set on the file. If the new one names no base, it also takes over the named base. */
static void stand_behind(struct submission *ahead, struct submission *submission)
{
	struct submission *older = ahead->behind;
	struct waiter *waiter;

	submission->stage = STAGE_BEHIND;
	ahead->behind = submission;
	if (older && !submission->record.base)
		submission->record.base = older->record.base;
	if (older)
		origins_keep_named(&submission->record.attrs, &older->record.attrs);
	while (older && (waiter = LIST_FIRST(&older->waiters))) {
		/* the waiters for the older content get the outcome of the newer content, which the
		 * file has now */
		LIST_REMOVE(waiter, link);
		LIST_INSERT_HEAD(&submission->waiters, waiter, link);
	}
	submission_destroy(older);
	loop_timer_set(submission->engine->loop, &submission->timer, submission->deadline_ms,
		       submission_expire, submission);
	if (ahead->stage == STAGE_IN_DOUBT)
		lost_answer_hurry(ahead);
}

/* Makes a submission in memory from its record, charged to its user. Takes what take_submission
 * owns, also on failure. Returns 0, or -errno with err filled. */
static int make_submission(struct engine *engine, struct ledger_submission *take_submission,
			   const char *path, struct submission **ret_submission, struct err *err)
{
	int r = submission_create_charged(engine, take_submission, path, ret_submission);

	if (r == -EAGAIN) {
		err_set(err, EAGAIN, "too many submissions of yours are under way or in doubt");
		err_detail(err, "what_to_do", "write the file again when some have ended");
	} else if (r < 0) {
		err_set(err, ENOMEM, "out of memory");
	}
	return r;
}

/* Starts a new submission, or puts it behind the current one of its row. *ret_waiter is answered
 * when the submission ends. submission_start() says what known is. Returns 0, or -ENOMEM with err
 * filled: then the submission is freed. */
static int start_or_wait(struct submission *submission, const struct job_record *known,
			 submit_done_fn *done, void *data, struct waiter **ret_waiter,
			 struct err *err)
{
	struct submission *ahead;
	struct waiter *waiter = hand_waiter(submission, done, data);

	if (!waiter) {
		submission_destroy(submission);
		return err_set(err, ENOMEM, "out of memory");
	}
	ahead = engine_current(submission->engine, submission->record.row);
	if (ahead) {
		stand_behind(ahead, submission);
	} else {
		engine_put(submission);
		submission_start(submission, known);
	}
	*ret_waiter = waiter;
	return 0;
}

int engine_submit(struct engine *engine, struct ledger_submission *take_submission,
		  const struct job_record *job, const char *path, submit_done_fn *done, void *data,
		  struct waiter **ret_waiter, struct err *err)
{
	struct submission *ahead = engine_current(engine, take_submission->row);
	struct submission *newest = ahead && ahead->behind ? ahead->behind : ahead;
	struct waiter *waiter;
	struct submission *submission;

	if (!newest || !has_same_content(newest, take_submission)) {
		int r = make_submission(engine, take_submission, path, &submission, err);

		return r < 0 ? r : start_or_wait(submission, job, done, data, ret_waiter, err);
	}
	ledger_submission_finish(take_submission);
	waiter = hand_waiter(newest, done, data);
	if (!waiter)
		return err_set(err, ENOMEM, "out of memory");
	*ret_waiter = waiter;
	return 0;
}

int submit_delete(struct engine *engine, const struct deletion *deletion, submit_done_fn *done,
		  void *data, struct waiter **ret_waiter, struct err *err)
{
	const struct job_record *job = deletion->record;
	struct ledger_submission sub = {.row = job->row, .user = deletion->user};
	struct submission *submission;
	int r;

	r = soundness_refuse(engine, err);
	if (r < 0)
		return r;
	if (!engine_is_idle(engine, job)) {
		err_set(err, EBUSY, "a submission of this file is under way");
		err_detail(err, "what_to_do", "remove the file when that has ended");
		return -EBUSY;
	}
	r = make_submission(engine, &sub, deletion->path, &submission, err);
	if (r < 0)
		return r;
	submission->deletion = true;
	submission->job_id = strdup(job->job_id);
	if (!submission->job_id) {
		submission_destroy(submission);
		return err_set(err, ENOMEM, "out of memory");
	}
	return start_or_wait(submission, NULL, done, data, ret_waiter, err);
}
