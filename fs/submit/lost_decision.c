/* SPDX-License-Identifier: MIT */
/*
 * Decides what became of the lost creates of one name, after their candidates were shown. Creates
 * that have sent the same values are decided together (lost_match.c). The tags count, too, although
 * no answer tells the tags of a job.
 */
#define _GNU_SOURCE
#include "submit/lost_decision.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "job/version.h"
#include "submit/lost.h"
#include "submit/lost_round.h"
#include "submit/rows.h"
#include "submit/submission.h"
#include "submit/undecided.h"

bool lost_create_fits(const struct candidate *candidate, const struct submission *submission)
{
	const struct attr_set *attrs = &submission->record.attrs;

	if (!candidate->shown || candidate->job.other_name ||
	    !submission_is_in_project(submission, candidate->job.project))
		return false;
	return candidate->unsure ||
	       (!memcmp(candidate->digest, submission->record.digest, CONTENT_DIGEST_SIZE) &&
		(!candidate->risk_level ||
		 attr_same(candidate->risk_level, attrs->value[ATTR_RISK_LEVEL])) &&
		(!candidate->description ||
		 attr_same(candidate->description, attrs->value[ATTR_DESCRIPTION])));
}

bool lost_create_is_alike(const struct candidate *candidate, const struct submission *submission)
{
	return candidate->shown && !candidate->unsure &&
	       (!memcmp(candidate->digest, submission->record.digest, CONTENT_DIGEST_SIZE) ||
		(submission->has_gist &&
		 !memcmp(candidate->gist, submission->gist, CONTENT_DIGEST_SIZE)));
}

/* Lost creates that have sent the same values, and the jobs that fit them or are alike. */
struct group {
	/* the creates, in the order in which the service answered their questions (known.number);
	 * borrowed */
	struct submission **submissions;
	size_t n;
	struct lost_create *creates;
	struct matched_job *jobs;
	size_t n_jobs;
};

static void group_finish(struct group *group)
{
	free(group->creates);
	free(group->jobs);
}
#define _cleanup_group_ __attribute__((cleanup(group_finish)))

/* Collects the candidates that fit the creates of the group or are alike, without those that a path
 * is bound to by now. Returns 0 or -errno. */
static int collect_jobs(const struct lost_answer *lost, struct group *group)
{
	group->jobs = calloc(lost->n_candidates + 1, sizeof(*group->jobs));
	if (!group->jobs)
		return -ENOMEM;
	for (size_t i = 0; i < lost->n_candidates; i++) {
		const struct candidate *candidate = &lost->candidates[i];
		bool fits = lost_create_fits(candidate, group->submissions[0]);
		int bound;

		if (!fits && !lost_create_is_alike(candidate, group->submissions[0]))
			continue;
		bound = engine_is_bound(lost->engine, candidate->job.id);
		if (bound < 0)
			return bound;
		if (!bound)
			group->jobs[group->n_jobs++] =
				(struct matched_job){.id = candidate->job.id,
						     .unsure = candidate->unsure,
						     .alike = !fits};
	}
	return 0;
}

/* Returns the versions of a job that a create has made. The base is version 1. The newest is the
 * version that was listed, or 1 if none was told. */
static struct job_versions versions_of(const struct lost_answer *lost, const char *job_id)
{
	struct job_versions versions = {.base = 1, .newest = 1};

	for (size_t i = 0; i < lost->n_candidates; i++) {
		const struct candidate *candidate = &lost->candidates[i];
		int64_t newest = version_number(candidate->job.version);

		if (newest && !strcmp(candidate->job.id, job_id))
			versions.newest = newest;
	}
	return versions;
}

static void conclude_group(struct lost_answer *lost, struct group *group)
{
	enum match_reason reason =
		lost_match_decide(group->creates, group->n, group->jobs, group->n_jobs);

	for (size_t i = 0; i < group->n; i++) {
		const struct lost_create *create = &group->creates[i];
		struct submission *submission = group->submissions[i];

		submission->decided = create->verdict != MATCH_OPEN;
		if (create->verdict == MATCH_JOB) {
			CRASH_POINT("doubt-found");
			lost_answer_conclude_found(submission, create->job->id,
						   versions_of(lost, create->job->id));
		} else if (create->verdict == MATCH_OPEN) {
			undecided_tell(submission, reason, group->jobs, group->n_jobs);
		}
	}
}

/* Decides which jobs these n creates, which have sent the same values, have made. Returns 0. On
 * failure returns -errno, and they stay undecided until the next round. -EAGAIN: the request of a
 * twin is under way. */
static int decide_group(struct lost_answer *lost, struct submission **submissions, size_t n)
{
	_cleanup_group_ struct group group = {.submissions = submissions, .n = n};
	int r = collect_jobs(lost, &group);

	if (r < 0)
		return r;
	/* one of the jobs may be the job of a twin whose request is still under way */
	if (group.n_jobs && engine_has_twin(lost->engine, submissions[0]))
		return -EAGAIN;
	group.creates = calloc(n, sizeof(*group.creates));
	if (!group.creates)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		group.creates[i].known = &submissions[i]->record.known;
	conclude_group(lost, &group);
	return 0;
}

/* Orders submissions for qsort(): by the values that they sent, then in the order in which their
 * questions were answered, then by their IDs. */
static int compare_submissions(const void *a, const void *b)
{
	const struct ledger_submission *x = &(*(struct submission *const *)a)->record;
	const struct ledger_submission *y = &(*(struct submission *const *)b)->record;
	int order = ledger_submission_compare(x, y);

	if (order)
		return order;
	if (x->known.number != y->known.number)
		return x->known.number < y->known.number ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

void lost_create_decide(struct lost_answer *lost)
{
	_cleanup_free_ struct submission **submissions = NULL;
	struct submission *submission;
	size_t n = 0, end;

	TAILQ_FOREACH (submission, &lost->submissions, lost_link)
		n++;
	submissions = calloc(n + 1, sizeof(struct submission *)); /* n may be 0 */
	if (!submissions) {
		lost->inconclusive = true;
		return;
	}
	n = 0;
	TAILQ_FOREACH (submission, &lost->submissions, lost_link) {
		submission->decided = false;
		submissions[n++] = submission;
	}
	qsort(submissions, n, sizeof(struct submission *), compare_submissions);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n; end++)
			if (ledger_submission_compare(&submissions[i]->record,
						      &submissions[end]->record))
				break;
		decide_group(lost, submissions + i, end - i);
	}
}
