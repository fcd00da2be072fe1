/* SPDX-License-Identifier: MIT */
/* The search for a job that a lost create may have made: list by name, then content by show. */
#define _GNU_SOURCE
#include "job/inquiry.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"

#define CLOCK_SKEW_MS (15 * 60 * 1000) /* more is refused by the gateway */

/* Is a job another path's? What was found or made in this turn is not in the ledger yet. */
static int is_taken(const struct engine *engine, const char *job_id)
{
	const struct task *other;

	TAILQ_FOREACH(other, &engine->turn.ended, link)
	{
		if (other->outcome == OUTCOME_SETTLED && other->job_id &&
		    !strcmp(other->job_id, job_id))
			return 1;
	}
	return ledger_is_bound(engine->ledger, job_id);
}

/* Could a job of this time and project be the one that the request made? */
static bool may_be(const struct task *task, int64_t create_time_ms, const char *project)
{
	const struct ledger_submission *sub = &task->sub;

	return create_time_ms >= sub->started_ms - CLOCK_SKEW_MS &&
	       (!project || attr_same(project, sub->attrs.value[ATTR_ENTERPRISE_PROJECT_ID]));
}

static void show_next(struct inquiry *inquiry);

/* The first of the tasks that sent what the service shows, or NULL. */
static struct task *sender_of(const struct inquiry *inquiry, const struct candidate *candidate,
			      const struct coc_details *details)
{
	struct task *task;

	TAILQ_FOREACH(task, &inquiry->tasks, inquiry_link)
	{
		if (may_be(task, candidate->create_time_ms, candidate->enterprise_project_id) &&
		    inquiry_matches(details, &task->sub))
			return task;
	}
	return NULL;
}

static void shown_candidate(void *data, const struct coc_answer *answer)
{
	struct inquiry *inquiry = data;
	const struct candidate *candidate = &inquiry->candidates[inquiry->next];
	struct task *task = NULL;
	int taken = 1;

	inquiry->call = NULL;
	outage_note(inquiry->engine, answer);
	if (answer->outcome != COC_DONE && answer->errnum != ESTALE) {
		inquiry_ask_failed(inquiry, answer);
		return;
	}
	inquiry->next++;
	if (answer->outcome == COC_DONE)
		task = sender_of(inquiry, candidate, answer->details);
	if (task)
		taken = is_taken(inquiry->engine, candidate->job_id);
	if (taken < 0 || (!taken && engine_has_twin(inquiry->engine, task))) {
		inquiry->inconclusive = true;
	} else if (!taken) {
		CRASH_POINT("doubt-found");
		inquiry_conclude_found(task, candidate->job_id,
				       inquiry_version(answer->details, 1));
	}
	show_next(inquiry);
}

static void show_next(struct inquiry *inquiry)
{
	struct err err = {0};

	if (inquiry->next == inquiry->n_candidates || TAILQ_EMPTY(&inquiry->tasks))
		inquiry_end_round(inquiry);
	else if (coc_show(inquiry->engine->client, inquiry->candidates[inquiry->next].job_id,
			  inquiry->engine->options.timeout_ms, shown_candidate, inquiry,
			  &inquiry->call, &err) < 0)
		inquiry_ask_failed(inquiry, NULL);
}

/* Is a job of the list worth a look? 1, 0 or -errno. */
static int is_candidate(const struct inquiry *inquiry, const struct coc_summary *summary)
{
	const struct task *task;
	int bound;

	if (!summary->document_id || !attr_same(summary->name, inquiry->name))
		return 0;
	TAILQ_FOREACH(task, &inquiry->tasks, inquiry_link)
	{
		if (may_be(task, summary->create_time_ms, summary->enterprise_project_id))
			break;
	}
	if (!task)
		return 0;
	bound = ledger_is_bound(inquiry->engine->ledger, summary->document_id);
	return bound < 0 ? bound : !bound;
}

static int add_candidate(struct inquiry *inquiry, const struct coc_summary *summary)
{
	const char *project = summary->enterprise_project_id;
	struct candidate candidate = {.job_id = strdup(summary->document_id),
				      .enterprise_project_id = project ? strdup(project) : NULL,
				      .create_time_ms = summary->create_time_ms};
	struct candidate *grown = reallocarray(inquiry->candidates, inquiry->n_candidates + 1,
					       sizeof(*inquiry->candidates));

	if (grown)
		inquiry->candidates = grown;
	if (!grown || !candidate.job_id || (project && !candidate.enterprise_project_id)) {
		free(candidate.job_id);
		free(candidate.enterprise_project_id);
		return -ENOMEM;
	}
	grown[inquiry->n_candidates++] = candidate;
	return 0;
}

static void search_page(struct inquiry *inquiry);

static void listed(void *data, const struct coc_answer *answer)
{
	struct inquiry *inquiry = data;

	inquiry->call = NULL;
	outage_note(inquiry->engine, answer);
	if (answer->outcome != COC_DONE) {
		inquiry_ask_failed(inquiry, answer);
		return;
	}
	CRASH_POINT("doubt-listed");
	if (answer->n_unusable)
		inquiry->inconclusive = true; /* one of these rows may be the job */
	for (size_t i = 0; i < answer->n_summaries; i++) {
		int r = is_candidate(inquiry, &answer->summaries[i]);

		if (r > 0)
			r = add_candidate(inquiry, &answer->summaries[i]);
		if (r < 0) {
			inquiry_ask_again(inquiry, 0);
			return;
		}
	}
	inquiry->offset += (int64_t)(answer->n_summaries + answer->n_unusable);
	if (answer->n_summaries && inquiry->offset < answer->total)
		search_page(inquiry);
	else
		show_next(inquiry);
}

static void search_page(struct inquiry *inquiry)
{
	struct err err = {0};

	if (coc_list(inquiry->engine->client, inquiry->name, inquiry->offset,
		     inquiry->engine->options.timeout_ms, listed, inquiry, &inquiry->call,
		     &err) < 0)
		inquiry_ask_failed(inquiry, NULL);
}

void search_begin(struct inquiry *inquiry)
{
	search_drop(inquiry);
	inquiry->offset = 0;
	search_page(inquiry);
}

void search_drop(struct inquiry *inquiry)
{
	for (size_t i = 0; i < inquiry->n_candidates; i++) {
		free(inquiry->candidates[i].job_id);
		free(inquiry->candidates[i].enterprise_project_id);
	}
	free(steal_ptr(inquiry->candidates));
	inquiry->n_candidates = inquiry->next = 0;
}
