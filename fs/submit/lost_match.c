/* SPDX-License-Identifier: MIT */
/*
 * A create whose answer was lost has made one job or none. It has made none of the jobs that were
 * known before it was sent. No clock is asked: the clocks of the service, of this machine and of
 * other machines may all differ.
 *
 * Several creates of one name and content are lost together when a directory of copies is written
 * and the service goes away. These creates are alike, so any of them may get any of their jobs.
 * What matters: each job is given once, and no job of another machine is given at all. So a group
 * of lost creates is decided together:
 *
 * - If each job can be given to a create that did not know it, the jobs are given so. Creates that
 *   get no job have made none.
 *
 * - If a job is left over, another machine makes jobs of this name and content as well. Then nobody
 *   can tell which create made which job, and all creates stay open. The same holds if such a job
 *   was there before the first of these creates was sent.
 *
 * - It may be unknown what was there before, or the content of a job cannot be seen. Then a job
 *   that may be theirs keeps the creates open.
 *
 * - A create that gets no job was not done, unless there is a new job that is alike. Such a job has
 *   the content, but another project or another description, say. The service may have changed the
 *   value, or a colleague may have moved the job. The job is given to no create, but it keeps the
 *   create open.
 *
 * A create that asked its question later knows all that an earlier create knew, and the jobs that
 * earlier creates made meanwhile. So jobs are given out from the last create to the first.
 */
#define _GNU_SOURCE
#include "submit/lost_match.h"

/* Comparisons in one decision. The bound keeps the loop free: they take some milliseconds. Only
 * hundreds of creates of one content, lost one after the other, need more. Those stay open then. */
#define COMPARISONS_MAX 50000

struct decision {
	struct lost_create *creates;
	struct matched_job *jobs;
	size_t n_creates, n_jobs;
	size_t comparisons;
};

/* Was this job there before the create was sent? Returns false when COMPARISONS_MAX is used up. */
static bool knows_job(struct decision *decision, const struct lost_create *create,
		      const struct matched_job *job)
{
	if (decision->comparisons == COMPARISONS_MAX)
		return false;
	decision->comparisons++;
	return known_has(create->known, job->id);
}

/* Returns true if there is a job that the create did not know. If `alike` is set, only jobs that
 * are alike count. */
static bool has_unknown(struct decision *decision, const struct lost_create *create, bool alike)
{
	for (size_t i = 0; i < decision->n_jobs; i++)
		if ((!alike || decision->jobs[i].alike) &&
		    !knows_job(decision, create, &decision->jobs[i]))
			return true;
	return false;
}

/* Returns why no job can be given to any create, or MATCH_CLEAR if jobs can be given. */
static enum match_reason look_for_matches(struct decision *decision)
{
	for (size_t i = 0; i < decision->n_creates; i++)
		if (decision->creates[i].known->partial &&
		    decision->creates[i].verdict == MATCH_OPEN)
			return MATCH_UNKNOWN;
	for (size_t i = 0; i < decision->n_jobs; i++) {
		const struct matched_job *job = &decision->jobs[i];
		bool was_there;

		if (job->alike)
			continue;
		was_there = knows_job(decision, &decision->creates[0], job);
		if (was_there && !job->unsure)
			return MATCH_SHARED;
		if (!was_there && job->unsure)
			return MATCH_UNSEEN;
	}
	return MATCH_CLEAR;
}

/* Gives the create a free job that it did not know, if there is one. */
static void give_job(struct decision *decision, struct lost_create *create)
{
	for (size_t i = 0; i < decision->n_jobs; i++) {
		struct matched_job *job = &decision->jobs[i];

		if (job->taken || job->unsure || job->alike || knows_job(decision, create, job))
			continue;
		job->taken = true;
		create->job = job;
		return;
	}
}

/* Gives each open create a job that the create did not know, if there is one. Returns true if the
 * creates must stay open: a job is left over that is neither unsure nor alike, or the comparisons
 * are used up. */
static bool give_jobs(struct decision *decision)
{
	for (size_t i = decision->n_creates; i-- > 0;)
		if (decision->creates[i].verdict == MATCH_OPEN)
			give_job(decision, &decision->creates[i]);
	for (size_t i = 0; i < decision->n_jobs; i++)
		if (!decision->jobs[i].taken && !decision->jobs[i].unsure &&
		    !decision->jobs[i].alike)
			return true;
	return decision->comparisons == COMPARISONS_MAX;
}

/* Sets the verdicts after the jobs were given. Returns why some creates stay open, or
 * MATCH_CLEAR. */
static enum match_reason judge_creates(struct decision *decision)
{
	enum match_reason reason = MATCH_CLEAR;

	for (size_t i = 0; i < decision->n_creates; i++) {
		struct lost_create *create = &decision->creates[i];

		if (create->job) {
			create->verdict = MATCH_JOB;
		} else if (has_unknown(decision, create, true)) {
			create->verdict = MATCH_OPEN;
			reason = MATCH_ALIKE;
		} else {
			create->verdict = MATCH_NONE;
		}
	}
	return reason;
}

enum match_reason lost_match_decide(struct lost_create *creates, size_t n, struct matched_job *jobs,
				    size_t m)
{
	struct decision decision = {.creates = creates, .n_creates = n, .jobs = jobs, .n_jobs = m};
	enum match_reason reason;
	size_t open = 0;

	for (size_t i = 0; i < n; i++) {
		creates[i].job = NULL;
		creates[i].verdict =
			has_unknown(&decision, &creates[i], false) ? MATCH_OPEN : MATCH_NONE;
		open += creates[i].verdict == MATCH_OPEN;
	}
	if (!open)
		return MATCH_CLEAR;
	reason = look_for_matches(&decision);
	if (reason == MATCH_CLEAR && give_jobs(&decision))
		reason = MATCH_MANY;
	return reason == MATCH_CLEAR ? judge_creates(&decision) : reason;
}
