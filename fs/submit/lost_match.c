/* SPDX-License-Identifier: MIT */
/*
 * A create whose answer was lost has made one job or none. Before a create is sent, the service is
 * asked which jobs of its name there are (question.c). The create knows these jobs, and has made
 * none of them. No clock is asked: the clocks of the service, of this machine and of other machines
 * may all differ.
 *
 * Several creates of one name and content are lost together when a directory of copies is written
 * and the service goes away. These creates have sent the same, so any of them may get any job that
 * one of them has made. Two rules matter. A job is given to one create only, and no create gets a
 * job that another machine has made. So all these creates are decided together.
 *
 * A create that knows all jobs in question has made none (MATCH_NONE). The other creates are
 * decided by the first of these points that applies:
 *
 * - It is not known which jobs were there before (known->partial), or the service does not show the
 *   content of a new job. Then these creates stay open (MATCH_OPEN).
 *
 * - A job of this name and content was there before the first of these creates was sent. So another
 *   machine makes such jobs, and nobody can tell whose the new jobs are. These creates stay open.
 *
 * - Each create is given a job that it does not know, until there are no more jobs or creates. If a
 *   job is left over, another machine has made a job. Then the gifts do not count, and these
 *   creates stay open.
 *
 * - Otherwise a create has made the job that it was given (MATCH_JOB), and a create without a job
 *   has made none (MATCH_NONE). But such a create stays open if it does not know a job that is
 *   alike: with the same content, but with another project or description, say. The service or a
 *   colleague may have changed that value of the create's job. No create is given a job that is
 *   alike.
 *
 * A later create knows all jobs that an earlier create knows, and those that the earlier creates
 * had made by then. So the last create has the smallest choice. It is given a job first, and the
 * first create last: in this order no job is left over without need.
 */
#define _GNU_SOURCE
#include "submit/lost_match.h"

/* The most calls of knows_job() in one decision: they take some milliseconds, so the loop is not
 * held for long. Only hundreds of creates of one content, lost one after the other, need more. Such
 * creates stay open. */
#define COMPARISONS_MAX 50000

struct decision {
	struct lost_create *creates;
	struct matched_job *jobs;
	size_t n_creates, n_jobs;
	size_t comparisons;
};

/* Does the create know this job: was the job there before the create was sent? When COMPARISONS_MAX
 * is used up, the answer is always no. */
static bool knows_job(struct decision *decision, const struct lost_create *create,
		      const struct matched_job *job)
{
	if (decision->comparisons == COMPARISONS_MAX)
		return false;
	decision->comparisons++;
	return known_has(create->known, job->id);
}

/* Is there a job that the create does not know? With `alike` only jobs that are alike count. */
static bool has_unknown(struct decision *decision, const struct lost_create *create, bool alike)
{
	for (size_t i = 0; i < decision->n_jobs; i++)
		if ((!alike || decision->jobs[i].alike) &&
		    !knows_job(decision, create, &decision->jobs[i]))
			return true;
	return false;
}

/* Decides by the first two points of the list at the top of this file. Returns why no job can be
 * given to any create, or MATCH_CLEAR if jobs can be given. */
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

/* Gives the create a free job that it does not know, and that is neither unsure nor alike, if there
 * is one. */
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

/* Gives each open create a job that it does not know, if there is one. Returns true if the creates
 * must stay open all the same: a job is left over that is neither unsure nor alike, or
 * COMPARISONS_MAX is used up. */
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

/* Sets the verdicts after the jobs were given. Returns MATCH_ALIKE if a job that is alike keeps a
 * create open, else MATCH_CLEAR. */
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
