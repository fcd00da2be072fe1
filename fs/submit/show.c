/* SPDX-License-Identifier: MIT */
/*
 * A program that opens or stats a file wants to know what the service has of its job now. Each such
 * question is one ShowDocument. Questions for the same version at the same time share one call.
 *
 * Commits go first. The questions have slots of their own, at most SHOWS_MAX, and at most half of
 * the connections. While submissions wait for a slot, only SHOWS_BUSY_MAX questions are under way.
 *
 * When the service is away, no program must wait for one timeout after the other. So a call without
 * an answer ends all waiting questions. Then each new question fails without a call, for as long as
 * that call took, within bounds. Any answer of the service ends that time. A bad answer (a status
 * of 500) does not count: it concerns its own job only.
 *
 * When the service asks for patience (a 429), calls that were under way together must not be
 * repeated together: the service would refuse nearly each of them again. So then one question is
 * asked, and each answer allows one more. A question asked only ahead is not repeated.
 */
#define _GNU_SOURCE
#include "submit/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "job/version.h"
#include "submit/bounds.h"
#include "submit/seen_jobs.h"
#include "submit/outage.h"
#include "submit/show_state.h"
#include "submit/versions.h"

struct show_waiter {
	struct show *show;
	show_done_fn *done;
	void *data;
	bool is_ahead; /* asked ahead: nobody waits for the answer yet */
	TAILQ_ENTRY(show_waiter) link;
};

/* A question for a version of a job (ShowDocument), with the waiters for its answer. */
struct show {
	struct shows *shows;
	char *job_id;
	int64_t version;       /* the version that is asked for; 0: the newest */
	struct coc_call *call; /* NULL: the question waits for its turn */
	int64_t sent_ms;       /* when the call began, on the loop's clock */
	int64_t deadline_ms;   /* when the question has to be answered, on the loop's clock */
	bool is_answered;      /* end_show() is calling its waiters */
	TAILQ_HEAD(, show_waiter) waiters;
	LIST_ENTRY(show) bucket;
	TAILQ_ENTRY(show) link; /* in shows->waiting, while call is NULL */
};

#define SHOW_BUCKETS 256

struct shows {
	struct engine *engine;
	LIST_HEAD(, show) buckets[SHOW_BUCKETS];
	TAILQ_HEAD(show_list, show) waiting;
	/* runs when the first waiting question may be asked, or has waited too long */
	struct loop_timer timer;
	unsigned n; /* questions that are open: waiting or under way */
	unsigned n_under_way;
	/* a limit of n_under_way: SHOWS_MAX; 1 after a 429, then 1 more with each answer */
	unsigned most;
	int64_t away_until_ms; /* on the loop's clock: until then every question fails; or 0 */
	int away_errnum;
};

static size_t bucket_of(const char *job_id)
{
	return hash_text(HASH_BEGIN, job_id, strlen(job_id)) % SHOW_BUCKETS;
}

int shows_create(struct engine *engine, struct shows **ret_shows)
{
	struct shows *shows = calloc(1, sizeof(*shows));

	if (!shows)
		return -ENOMEM;
	shows->engine = engine;
	shows->most = SHOWS_MAX;
	TAILQ_INIT(&shows->waiting);
	*ret_shows = shows;
	return 0;
}

/* Takes a question out of all lists. Afterwards only its waiters point to it. */
static void take_out_show(struct show *show)
{
	struct shows *shows = show->shows;

	LIST_REMOVE(show, bucket);
	shows->n--;
	if (show->call)
		shows->n_under_way--;
	else
		TAILQ_REMOVE(&shows->waiting, show, link);
	show->call = NULL;
}

static void free_show(struct show *show)
{
	struct show_waiter *waiter;

	while ((waiter = TAILQ_FIRST(&show->waiters))) {
		TAILQ_REMOVE(&show->waiters, waiter, link);
		free(waiter);
	}
	free(show->job_id);
	free(show);
}

static void cancel_show(struct show *show)
{
	if (show->call)
		engine_cancel_call(show->shows->engine, show->call);
	take_out_show(show);
	free_show(show);
}

void shows_destroy(struct shows *shows)
{
	if (!shows)
		return;
	loop_timer_cancel(&shows->timer);
	for (size_t i = 0; i < SHOW_BUCKETS; i++)
		while (!LIST_EMPTY(&shows->buckets[i]))
			cancel_show(LIST_FIRST(&shows->buckets[i]));
	free(shows);
}

/* Calls done of all waiters of a question with result and job, and frees the question. */
static void end_show(struct show *show, int result, const struct shown_job *job)
{
	struct show_waiter *waiter;

	take_out_show(show);
	show->is_answered = true;
	while ((waiter = TAILQ_FIRST(&show->waiters))) {
		show_done_fn *done = waiter->done;
		void *data = waiter->data;

		TAILQ_REMOVE(&show->waiters, waiter, link);
		free(waiter);
		done(data, result, job);
	}
	free_show(show);
}

/* ---- what happens while the service is away ---- */

static int away_error(const struct shows *shows)
{
	return loop_now_ms(shows->engine->loop) < shows->away_until_ms ? -shows->away_errnum : 0;
}

/* Ends all waiting questions. No callback adds one: show_job() fails while the service is away. */
static void end_waiting(struct shows *shows)
{
	struct show *show;

	while ((show = TAILQ_FIRST(&shows->waiting)))
		end_show(show, -shows->away_errnum, NULL);
}

static void note_away(struct shows *shows, const struct show *show, int errnum)
{
	int64_t now_ms = loop_now_ms(shows->engine->loop), wait_ms = now_ms - show->sent_ms;

	if (wait_ms < SHOW_AWAY_MIN_MS)
		wait_ms = SHOW_AWAY_MIN_MS;
	if (wait_ms > SHOW_AWAY_MAX_MS)
		wait_ms = SHOW_AWAY_MAX_MS;
	shows->away_until_ms = now_ms + wait_ms;
	shows->away_errnum = errnum;
}

void shows_service_is_there(struct shows *shows)
{
	shows->away_until_ms = 0;
}

/* ---- asking the service, and its answers ---- */

static void go_on_asking(struct shows *shows);
static void on_job_shown(void *data, const struct coc_answer *answer);

/* Returns how many questions may be under way now: at least 1, at most half of inflight_max. */
static unsigned count_slots(const struct shows *shows)
{
	const struct engine *engine = shows->engine;
	unsigned most = TAILQ_EMPTY(&engine->waiting) ? SHOWS_MAX : SHOWS_BUSY_MAX;
	unsigned half = engine->options.inflight_max / 2;

	if (most > shows->most)
		most = shows->most;
	return most < half ? most : half ? half : 1;
}

/* Begins the call of a waiting question. If that fails, ends the question with the -errno. */
static void ask_show(struct show *show)
{
	struct shows *shows = show->shows;
	const struct coc_service *service = &shows->engine->service;
	int64_t now_ms = loop_now_ms(shows->engine->loop);
	char version[VERSION_ROOM];
	struct err err = {0};
	int r;

	version_write(show->version, version);
	r = service->ops->show(service->data, show->job_id, show->version ? version : NULL,
			       show->deadline_ms - now_ms, on_job_shown, show, &show->call, &err);
	if (r < 0) {
		show->call = NULL;
		end_show(show, r, NULL);
		return;
	}
	show->sent_ms = now_ms;
	TAILQ_REMOVE(&shows->waiting, show, link);
	shows->n_under_way++;
}

/* A timer's callback: asks the waiting questions for which there is a slot. */
static void on_show_due(void *data)
{
	go_on_asking(data);
}

/* Begins calls that may begin now, ends questions that waited too long, and sets the timer. */
static void go_on_asking(struct shows *shows)
{
	struct loop *loop = shows->engine->loop;
	int64_t throttled_ms = outage_throttled_ms(shows->engine), due_ms;
	struct show *show;

	while ((show = TAILQ_FIRST(&shows->waiting))) {
		if (show->deadline_ms <= loop_now_ms(loop))
			end_show(show, -ETIMEDOUT, NULL);
		else if (!throttled_ms && shows->n_under_way < count_slots(shows))
			ask_show(show);
		else
			break;
	}
	loop_timer_cancel(&shows->timer);
	if (!show)
		return;
	due_ms = loop_now_ms(loop) + throttled_ms;
	if (!throttled_ms || due_ms > show->deadline_ms)
		due_ms = show->deadline_ms;
	loop_timer_set(loop, &shows->timer, due_ms, on_show_due, shows);
}

static bool is_waited_for(const struct show *show)
{
	const struct show_waiter *waiter;

	TAILQ_FOREACH (waiter, &show->waiters, link) {
		if (!waiter->is_ahead)
			return true;
	}
	return false;
}

/* Call this after a 429. If a program waits for the answer, and the question still has time when
 * the service takes calls again, puts it back to be asked then. Otherwise ends it with -EAGAIN. */
static void ask_later(struct show *show)
{
	struct shows *shows = show->shows;
	struct engine *engine = shows->engine;

	if (!is_waited_for(show) ||
	    loop_now_ms(engine->loop) + outage_throttled_ms(engine) >= show->deadline_ms) {
		end_show(show, -EAGAIN, NULL);
		return;
	}
	show->call = NULL;
	shows->n_under_way--;
	TAILQ_INSERT_HEAD(&shows->waiting, show, link);
}

/* Ends a question with the shown job, or with -EIO if the service shows another version. */
static void tell_shown(struct show *show, const struct coc_details *details)
{
	struct shown_job job = {
		.job_id = show->job_id,
		.version = version_number(details->version),
		.content = details->content,
		.size = strlen(details->content),
		.update_ms = details->update_time_ms,
		.create_ms = details->create_time_ms,
		.modifier = details->modifier,
	};

	versions_told(details, job.attrs);
	if (show->version && job.version && job.version != show->version) {
		end_show(show, -EIO, NULL);
		return;
	}
	if (!show->version)
		seen_jobs_note(show->shows->engine, show->job_id, false);
	end_show(show, 0, &job);
}

static void on_job_shown(void *data, const struct coc_answer *answer)
{
	struct show *show = data;
	struct shows *shows = show->shows;
	bool is_away = outage_is_away(answer);

	if (!is_away)
		shows->away_until_ms = 0;
	if (answer->outcome == COC_NOT_PROCESSED)
		shows->most = 1;
	else if (!is_away && shows->most < SHOWS_MAX)
		shows->most++;
	outage_note_look(shows->engine, answer);
	if (answer->outcome == COC_DONE) {
		tell_shown(show, answer->details);
	} else if (answer->outcome == COC_NOT_PROCESSED) {
		ask_later(show);
	} else {
		if (is_away)
			note_away(shows, show, answer->errnum);
		if (answer->errnum == ESTALE && !show->version)
			seen_jobs_note(shows->engine, show->job_id, true);
		end_show(show, -answer->errnum, NULL);
	}
	if (is_away)
		end_waiting(shows);
	go_on_asking(shows);
}

/* ---- the functions of show.h ---- */

int show_check(const struct engine *engine)
{
	const struct shows *shows = engine->shows;
	int r = away_error(shows);

	if (r == 0 && outage_throttled_ms(engine) >= engine->options.timeout_ms)
		r = -EAGAIN;
	return r;
}

bool show_begins_at_once(const struct engine *engine)
{
	const struct shows *shows = engine->shows;

	return shows->n + 1 < count_slots(shows) && show_check(engine) == 0 &&
	       !outage_throttled_ms(engine);
}

static struct show *find_show(const struct shows *shows, const char *job_id, int64_t version)
{
	struct show *show;

	LIST_FOREACH (show, &shows->buckets[bucket_of(job_id)], bucket) {
		if (show->version == version && !strcmp(show->job_id, job_id))
			return show;
	}
	return NULL;
}

static struct show *make_show(struct shows *shows, const char *job_id, int64_t version)
{
	const struct engine *engine = shows->engine;
	struct show *show = calloc(1, sizeof(*show));

	if (!show)
		return NULL;
	*show = (struct show){.shows = shows, .version = version, .job_id = strdup(job_id)};
	if (!show->job_id) {
		free(show);
		return NULL;
	}
	show->deadline_ms = loop_now_ms(engine->loop) + engine->options.timeout_ms;
	TAILQ_INIT(&show->waiters);
	LIST_INSERT_HEAD(&shows->buckets[bucket_of(job_id)], show, bucket);
	TAILQ_INSERT_TAIL(&shows->waiting, show, link);
	shows->n++;
	return show;
}

int show_job(struct engine *engine, const char *job_id, int64_t version, show_done_fn *done,
	     void *data, struct show_waiter **ret_waiter)
{
	struct shows *shows = engine->shows;
	struct show *show;
	struct show_waiter *waiter;
	int r = show_check(engine);

	if (r < 0)
		return r;
	show = find_show(shows, job_id, version);
	if (!show && shows->n >= SHOWS_QUESTIONS_MAX)
		return -EAGAIN;
	waiter = calloc(1, sizeof(*waiter));
	if (waiter && !show)
		show = make_show(shows, job_id, version);
	if (!waiter || !show) {
		free(waiter);
		return -ENOMEM;
	}
	*waiter = (struct show_waiter){.show = show, .done = done, .data = data};
	TAILQ_INSERT_TAIL(&show->waiters, waiter, link);
	*ret_waiter = waiter;
	/* ask from the timer: show_job() itself must not call done */
	if (!show->call)
		loop_timer_set(engine->loop, &shows->timer, loop_now_ms(engine->loop), on_show_due,
			       shows);
	return 0;
}

void show_set_ahead(struct show_waiter *waiter, bool is_ahead)
{
	waiter->is_ahead = is_ahead;
}

void show_drop(struct show_waiter *waiter)
{
	struct show *show = waiter->show;

	TAILQ_REMOVE(&show->waiters, waiter, link);
	free(waiter);
	if (TAILQ_EMPTY(&show->waiters) && !show->is_answered)
		cancel_show(show);
}
