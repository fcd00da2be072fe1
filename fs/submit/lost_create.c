/* SPDX-License-Identifier: MIT */
/*
 * The search for the jobs that lost creates of one name have made. The jobs of the name are listed.
 * Jobs that are bound or forgotten are left out. Of each other job the service is asked to show the
 * first version: that is what a create has made, even if an update came later. First come the jobs
 * that some create did not know. If one of these fits such a create, the service is asked for the
 * jobs that all creates knew, too. A known job of the same content means that another machine makes
 * such jobs. Then lost_decision.c decides.
 */
#define _GNU_SOURCE
#include "submit/lost_create.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "submit/lost.h"
#include "submit/lost_decision.h"
#include "submit/lost_round.h"
#include "submit/outage.h"
#include "submit/rows.h"
#include "submit/undecided.h"

/* The most pages read for one round, in all passes. They have about 19,800 jobs whose names contain
 * the name, since each page repeats the last job of the page before. */
#define PAGES_MAX 200

/* The most jobs of the name that are kept: twice as many as a create may know. */
#define CANDIDATES_MAX 2000

/* For how many creates is_new() checks whether they knew a job. If there are more, and these all
 * knew the job, it counts as new all the same. */
#define ASKED_MAX 16

/* the version of a job that its create has made */
#define FIRST_VERSION "v1"

/* Is this listed job a candidate? Yes if no path is bound to the job, and it was not forgotten on
 * demand. Jobs of other projects count, too: the job may have been moved since it was made. Returns
 * 1, 0 or -errno. */
static int is_candidate_kept(void *data, const struct coc_summary *job)
{
	const struct lost_answer *lost = data;
	int bound = engine_is_bound(lost->engine, job->document_id);

	return bound < 0 ? bound : !bound;
}

/* Is this the first version of a job? No for NULL: the service did not tell the version, which may
 * be any. */
static bool is_first_version(const char *version)
{
	return version && !strcmp(version, FIRST_VERSION);
}

/* Is there a lost create that did not know the job? Says yes, too, if there are more than ASKED_MAX
 * creates. */
static bool is_new(const struct lost_answer *lost, const struct candidate *candidate)
{
	const struct submission *submission;
	int asked = 0;

	TAILQ_FOREACH (submission, &lost->submissions, lost_link) {
		if (asked++ == ASKED_MAX ||
		    !known_has(&submission->record.known, candidate->job.id))
			return true;
	}
	return false;
}

/* Does the job fit (lost_create_fits()) a lost create that did not know the job? */
static bool fits_any(const struct lost_answer *lost, const struct candidate *candidate)
{
	const struct submission *submission;

	TAILQ_FOREACH (submission, &lost->submissions, lost_link) {
		if (lost_create_fits(candidate, submission) &&
		    !known_has(&submission->record.known, candidate->job.id))
			return true;
	}
	return false;
}

/* Returns the next candidate whose content the service has to show, or NULL. First come the jobs
 * that a lost create did not know. Only if one of these fits, the other jobs are looked at as
 * well. */
static struct candidate *next_candidate(struct lost_answer *lost)
{
	for (; lost->next < lost->n_candidates; lost->next++) {
		struct candidate *candidate = &lost->candidates[lost->next];

		if (!candidate->shown && (lost->looks_at_known || is_new(lost, candidate)))
			return candidate;
	}
	if (lost->looks_at_known)
		return NULL;
	for (size_t i = 0; i < lost->n_candidates && !lost->looks_at_known; i++)
		lost->looks_at_known = fits_any(lost, &lost->candidates[i]);
	lost->next = 0;
	return lost->looks_at_known ? next_candidate(lost) : NULL;
}

static int keep_text(const char *text, char **ret_copy)
{
	*ret_copy = text ? strdup(text) : NULL;
	return text && !*ret_copy ? -ENOMEM : 0;
}

/* Records in the candidate what the service shows of the job. Returns 0 or -errno. */
static int keep_shown(struct candidate *candidate, const struct coc_details *details)
{
	size_t size = strlen(details->content);
	int r = content_digest(details->content, size, candidate->digest);

	candidate->unsure = !is_first_version(details->version);
	if (r == 0)
		r = content_gist(details->content, size, candidate->gist);
	if (r == 0 && !candidate->job.project)
		r = keep_text(details->enterprise_project_id, &candidate->job.project);
	/* risk level and description belong to no version: take them only if no update can have
	 * changed them since */
	if (r == 0 && is_first_version(candidate->job.version)) {
		r = keep_text(details->risk_level, &candidate->risk_level);
		if (r == 0)
			r = keep_text(details->description, &candidate->description);
	}
	candidate->shown = r == 0;
	return r;
}

/*
 * Has the service answered without showing the job (or the list)? That does not prove that there is
 * no such job. A job that is listed is there, even if ShowDocument says that it is gone. Either it
 * was deleted just now, and the next list does not have it; or only its first version is missing.
 */
static bool is_hidden(const struct coc_answer *answer)
{
	return coc_answer_refuses(answer) ||
	       (answer->outcome == COC_UNKNOWN && answer->status >= 200 && answer->status <= 299);
}

static void show_next(struct lost_answer *lost);

static void shown_candidate(void *data, const struct coc_answer *answer)
{
	struct lost_answer *lost = data;
	struct candidate *candidate = &lost->candidates[lost->next];

	lost->call = NULL;
	outage_note(lost->engine, answer);
	if (is_hidden(answer)) {
		candidate->shown = candidate->unsure = true;
	} else if (answer->outcome != COC_DONE || keep_shown(candidate, answer->details) < 0) {
		lost_answer_ask_failed(lost, answer);
		return;
	}
	lost->next++;
	show_next(lost);
}

static void show_next(struct lost_answer *lost)
{
	struct engine *engine = lost->engine;
	const struct coc_service *service = &engine->service;
	struct candidate *candidate = TAILQ_EMPTY(&lost->submissions) ? NULL : next_candidate(lost);
	struct err err = {0};

	if (!candidate) {
		lost_create_decide(lost);
		lost_answer_end_round(lost);
	} else if (service->ops->show(service->data, candidate->job.id,
				      is_first_version(candidate->job.version) ? NULL
									       : FIRST_VERSION,
				      engine->options.timeout_ms, shown_candidate, lost,
				      &lost->call, &err) < 0) {
		lost_answer_ask_failed(lost, NULL);
	}
}

static int compare_candidates(const void *a, const void *b)
{
	return strcmp(((const struct candidate *)a)->job.id, ((const struct candidate *)b)->job.id);
}

/* Is a job unchanged since the earlier round? `was` and `is` are the same job as it was listed then
 * and now. If one of them does not tell the version, the answer is no. */
static bool is_unchanged(const struct listed_job *was, const struct listed_job *is)
{
	return was->version && is->version && !strcmp(was->version, is->version) &&
	       was->update_time_ms == is->update_time_ms;
}

/* Makes candidates of the listed jobs. A job whose content an earlier round has seen, and that has
 * not changed since, keeps what was shown of it then. Returns 0 or -ENOMEM. */
static int take_candidates(struct lost_answer *lost, struct name_list *list)
{
	struct candidate *candidates = calloc(list->n_jobs + 1, sizeof(*candidates));
	size_t n = list->n_jobs;

	if (!candidates)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct candidate key = {.job = list->jobs[i]}, *before;

		before = lost->n_candidates ? bsearch(&key, lost->candidates, lost->n_candidates,
						      sizeof(key), compare_candidates)
					    : NULL;
		if (before && before->shown && !before->unsure &&
		    is_unchanged(&before->job, &key.job)) {
			candidates[i] = *before;
			before->risk_level = before->description = NULL;
			/* in the earlier round ShowDocument has told the project */
			if (!list->jobs[i].project)
				list->jobs[i].project = steal_ptr(before->job.project);
		}
		candidates[i].job = list->jobs[i];
		list->jobs[i] = (struct listed_job){0};
	}
	lost_answer_drop_candidates(lost);
	qsort(candidates, n, sizeof(*candidates), compare_candidates);
	lost->candidates = candidates;
	lost->n_candidates = n;
	return 0;
}

/* Returns why this list proves nothing, as half a sentence. NULL if the list is complete, or if the
 * service could not be asked. */
static const char *gap_of_list(const struct name_list *list)
{
	if (!list->answer || !is_hidden(list->answer))
		return list->gap;
	return list->answer->outcome == COC_REFUSED ? "the service refuses to tell it"
						    : "it is not one that the API gives";
}

static void on_candidates_listed(void *data, struct name_list *list)
{
	struct lost_answer *lost = data;
	struct submission *submission;
	const char *gap = gap_of_list(list);

	if (!gap && (list->errnum || take_candidates(lost, list) < 0)) {
		lost_answer_ask_failed(lost, list->answer);
		return;
	}
	CRASH_POINT("doubt-listed");
	if (!gap) {
		name_list_finish(list);
		lost->next = 0;
		lost->looks_at_known = false;
		show_next(lost);
		return;
	}
	lost->inconclusive = true;
	TAILQ_FOREACH (submission, &lost->submissions, lost_link) {
		if (lost_answer_is_settled(submission))
			undecided_tell_gap(submission, gap);
	}
	lost_answer_end_round(lost);
}

void lost_create_look(struct lost_answer *lost)
{
	const struct name_list_spec spec = {
		.name = lost->name,
		.pages_max = PAGES_MAX,
		.jobs_max = CANDIDATES_MAX,
		.is_kept = is_candidate_kept,
		.done = on_candidates_listed,
		.data = lost,
	};

	name_list_finish(&lost->list);
	if (name_list_begin(&lost->list, lost->engine, &spec) < 0)
		lost_answer_ask_failed(lost, NULL);
}
