/* SPDX-License-Identifier: MIT */
/*
 * The engine: one submission, made exactly once.
 *
 * COC's create has no idempotency key, so the order of three steps carries the promise. (1) The
 * intent is recorded: what is to be sent, for which row (send.c). (2) The end of the turn makes it
 * durable (turn.c, durable.c). THE COMMIT POINT: from here on a crash can neither lose nor double the job,
 * because the next mount finds the intent and asks the service. (3) Only then the request is sent.
 * Its answer ends the submission; an answer that was lost makes it in-doubt, and the service is
 * asked (doubt.c) before anything is sent again for its path. The writer is answered last, when the
 * outcome is recorded.
 *
 * For each row (a path, whatever it is renamed to) one task is current, and at most one newer task
 * stands behind it. So the requests of a path keep their order, a create under way is known when
 * the next content comes, and that content becomes an update of the job just made.
 */
#define _GNU_SOURCE
#include "submit/submission.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "submit/bounds.h"

static struct task **bucket(struct engine *engine, int64_t row)
{
	return &engine->by_row[(uint64_t)row % TASK_BUCKETS];
}

struct task *engine_current(const struct engine *engine, int64_t row)
{
	struct task *task = engine->by_row[(uint64_t)row % TASK_BUCKETS];

	while (task && task->sub.row != row)
		task = task->next_by_row;
	return task;
}

void engine_put(struct task *task)
{
	struct task **at = bucket(task->engine, task->sub.row);

	task->is_current = true;
	task->next_by_row = *at;
	*at = task;
}

void engine_take_out(struct task *task)
{
	struct task **at = bucket(task->engine, task->sub.row);

	while (*at && *at != task)
		at = &(*at)->next_by_row;
	if (*at)
		*at = task->next_by_row;
	task->is_current = false;
}

bool engine_has(const struct engine *engine, int64_t row)
{
	return engine_current(engine, row) != NULL;
}

const struct attr_set *engine_newest_attrs(const struct engine *engine, int64_t row)
{
	const struct task *current = engine_current(engine, row);
	const struct task *newest = current && current->behind ? current->behind : current;

	if (!newest || newest->sub.queued || newest->place == PLACE_ENDED)
		return NULL;
	return &newest->sub.attrs;
}

const struct attr_set *engine_sent_attrs(const struct engine *engine, int64_t row)
{
	const struct task *current = engine_current(engine, row);

	return current ? &current->sub.attrs : NULL;
}

int engine_disown(struct engine *engine, int64_t row, enum attr attr)
{
	struct task *task = engine_current(engine, row);
	int r = task && task->sub.id ? ledger_disown_sent(engine->ledger, &task->sub, attr) : 0;

	for (; r == 0 && task; task = task->behind)
		task->sub.attrs.own &= ~(1U << attr);
	return r;
}

static bool is_twin(const struct task *other, const struct task *task)
{
	return other != task && !other->deletion && other->sub.kind == SUBMIT_CREATE &&
	       !memcmp(other->sub.digest, task->sub.digest, CONTENT_DIGEST_SIZE) &&
	       !strcmp(other->sub.attrs.value[ATTR_NAME], task->sub.attrs.value[ATTR_NAME]);
}

/* Is there a twin at one of the places (bits 1 << place)? */
static bool has_twin(const struct engine *engine, const struct task *task, unsigned places)
{
	for (size_t i = 0; i < TASK_BUCKETS; i++)
		for (const struct task *other = engine->by_row[i]; other;
		     other = other->next_by_row)
			if (places & 1U << other->place && is_twin(other, task))
				return true;
	return false;
}

int engine_is_bound(const struct engine *engine, const char *job_id)
{
	const struct task *other;

	/* what has just ended is not in the ledger yet */
	TAILQ_FOREACH(other, &engine->turn.ended, link)
	{
		if (other->outcome == OUTCOME_SETTLED && other->job_id &&
		    !strcmp(other->job_id, job_id))
			return 1;
	}
	return ledger_is_bound(engine->ledger, job_id);
}

bool engine_has_twin(const struct engine *engine, const struct task *task)
{
	return has_twin(engine, task, 1U << PLACE_SENDING);
}

bool engine_has_rival(const struct engine *engine, const struct task *task)
{
	return task->sub.kind == SUBMIT_CREATE && !task->deletion &&
	       has_twin(engine, task,
			1U << PLACE_SYNCING | 1U << PLACE_SENDING | 1U << PLACE_DOUBT |
				1U << PLACE_ENDED);
}

void engine_count_refusal(struct engine *engine)
{
	engine->metrics.refusals++;
}

unsigned engine_recorded(const struct engine *engine)
{
	unsigned n = 0;

	for (size_t i = 0; i < TASK_BUCKETS; i++)
		for (const struct task *task = engine->by_row[i]; task; task = task->next_by_row)
			n += task->sub.id && !task->deletion;
	return n;
}

int engine_write_metrics(const struct engine *engine, int64_t queued, struct buf *text)
{
	struct ledger_commits commits = ledger_commits(engine->ledger);
	struct metrics_now now = {
		.in_flight = engine->in_flight,
		.in_doubt = engine->in_doubt,
		.auth_failures = coc_client_auth_failures(engine->client),
		.paused = coc_client_paused(engine->client),
		.commits_durable = commits.durable,
		.commits_other = commits.other,
		.queued = queued,
		.stall = loop_stall(engine->loop),
	};

	return metrics_write(&engine->metrics, &now, text);
}

unsigned engine_under_way(const struct engine *engine)
{
	return engine->under_way + durable_is_awaited(engine);
}

int engine_create(struct loop *loop, struct ledger *ledger, struct coc_client *client,
		  const struct engine_options *options, struct engine **ret_engine)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return -ENOMEM;
	engine->loop = loop;
	engine->ledger = ledger;
	engine->client = client;
	engine->options = *options;
	shares_init(&engine->memory, SUBMISSIONS_MEMORY_MAX, options->one_user);
	TAILQ_INIT(&engine->waiting);
	TAILQ_INIT(&engine->begun);
	TAILQ_INIT(&engine->waiting_to_ask);
	engine->queue_may_have_next = true;
	durable_init(engine);
	refusals_init(&engine->refusals);
	*ret_engine = engine;
	return 0;
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	durable_finish(engine);
	tickets_drop(&engine->recorded);
	for (size_t i = 0; i < TASK_BUCKETS; i++)
		while (engine->by_row[i]) {
			struct task *task = engine->by_row[i];

			engine->by_row[i] = task->next_by_row;
			task_destroy(task->behind);
			task_destroy(task);
		}
	loop_timer_cancel(&engine->again);
	loop_timer_cancel(&engine->queue_due);
	refusals_finish(&engine->refusals);
	shares_finish(&engine->memory);
	free(engine);
}

struct ticket *ticket_create(const struct engine *engine, engine_done_fn *done, void *data)
{
	struct ticket *ticket = calloc(1, sizeof(*ticket));

	if (ticket)
		*ticket = (struct ticket){
			.done = done, .data = data, .begun_ms = loop_now_ms(engine->loop)};
	return ticket;
}

static struct ticket *hand_ticket(struct task *task, engine_done_fn *done, void *data)
{
	struct ticket *ticket = ticket_create(task->engine, done, data);

	if (ticket) {
		ticket->task = task;
		LIST_INSERT_HEAD(&task->tickets, ticket, link);
	}
	return ticket;
}

void ticket_answer(struct engine *engine, struct ticket *take_ticket, int result, bool is_commit)
{
	struct ticket ticket = *take_ticket;

	if (is_commit)
		histogram_add(&engine->metrics.commit, clock_monotonic_ms() - ticket.begun_ms);
	ticket_drop(take_ticket);
	ticket.done(ticket.data, result);
}

void ticket_drop(struct ticket *ticket)
{
	LIST_REMOVE(ticket, link);
	free(ticket);
}

void tickets_drop(struct ticket_list *tickets)
{
	while (!LIST_EMPTY(tickets))
		ticket_drop(LIST_FIRST(tickets));
}

/* Is what waits or is under way the same as this submission? */
static bool is_same(const struct task *task, const struct ledger_submission *sub)
{
	if (task->deletion || task->place == PLACE_DOUBT || task->place == PLACE_ENDED ||
	    task->sub.attrs.own != sub->attrs.own ||
	    memcmp(task->sub.digest, sub->digest, CONTENT_DIGEST_SIZE))
		return false;
	for (int i = 0; i < ATTR_COUNT; i++) {
		if (!attr_same(task->sub.attrs.value[i], sub->attrs.value[i]))
			return false;
	}
	return true;
}

/* Puts a task behind the current one of its row, in place of what stood there. */
static void stand_behind(struct task *ahead, struct task *task)
{
	struct task *older = ahead->behind;
	struct ticket *ticket;

	task->place = PLACE_BEHIND;
	ahead->behind = task;
	while (older && (ticket = LIST_FIRST(&older->tickets))) {
		/* who waited for the older content gets the outcome of what the file says now */
		LIST_REMOVE(ticket, link);
		ticket->task = task;
		LIST_INSERT_HEAD(&task->tickets, ticket, link);
	}
	task_destroy(older);
	loop_timer_set(task->engine->loop, &task->timer, task->deadline_ms, task_expire, task);
	if (ahead->place == PLACE_DOUBT)
		doubt_hurry(ahead);
}

/* Makes a task of a submission. Returns 0, or -errno with err filled. */
static int make_task(struct engine *engine, struct ledger_submission *take_submission,
		     const char *path, struct task **ret_task, struct err *err)
{
	int r = task_create_charged(engine, take_submission, path, ret_task);

	if (r == -EAGAIN) {
		err_set(err, EAGAIN, "too many submissions of yours are under way or in doubt");
		err_detail(err, "what_to_do", "write the file again when some have ended");
	} else if (r < 0) {
		err_set(err, ENOMEM, "out of memory");
	}
	return r;
}

/* Takes a new task up for its row; known: task_start(). */
static int take_in(struct task *task, const struct ledger_job *known, engine_done_fn *done,
		   void *data, struct ticket **ret_ticket, struct err *err)
{
	struct task *ahead;
	struct ticket *ticket = hand_ticket(task, done, data);

	if (!ticket) {
		task_destroy(task);
		return err_set(err, ENOMEM, "out of memory");
	}
	ahead = engine_current(task->engine, task->sub.row);
	if (ahead) {
		stand_behind(ahead, task);
	} else {
		engine_put(task);
		task_start(task, known);
	}
	*ret_ticket = ticket;
	return 0;
}

int engine_submit(struct engine *engine, struct ledger_submission *take_submission,
		  const struct ledger_job *job, const char *path, engine_done_fn *done, void *data,
		  struct ticket **ret_ticket, struct err *err)
{
	struct task *ahead = engine_current(engine, take_submission->row);
	struct task *newest = ahead && ahead->behind ? ahead->behind : ahead;
	struct ticket *ticket;
	struct task *task;

	if (!newest || !is_same(newest, take_submission)) {
		int r = make_task(engine, take_submission, path, &task, err);

		return r < 0 ? r : take_in(task, job, done, data, ret_ticket, err);
	}
	ledger_submission_finish(take_submission);
	ticket = hand_ticket(newest, done, data);
	if (!ticket)
		return err_set(err, ENOMEM, "out of memory");
	*ret_ticket = ticket;
	return 0;
}

int engine_delete(struct engine *engine, int64_t row, const char *job_id, const char *path,
		  uid_t user, engine_done_fn *done, void *data, struct ticket **ret_ticket,
		  struct err *err)
{
	struct ledger_submission sub = {.row = row, .user = user};
	struct task *task;
	int r;

	if (engine_has(engine, row) || ledger_has_queued(engine->ledger, row) != 0) {
		err_set(err, EBUSY, "a submission of this file is under way");
		err_detail(err, "what_to_do", "remove the file when that has ended");
		return -EBUSY;
	}
	r = make_task(engine, &sub, path, &task, err);
	if (r < 0)
		return r;
	task->deletion = true;
	task->job_id = strdup(job_id);
	if (!task->job_id) {
		task_destroy(task);
		return err_set(err, ENOMEM, "out of memory");
	}
	return take_in(task, NULL, done, data, ret_ticket, err);
}
