/* SPDX-License-Identifier: MIT */
/*
 * What becomes of the lost creates of one name, once their jobs were looked at. Creates that have sent the
 * same are decided together (lost_match.c); tags count as well, though no answer tells them.
 */
#define _GNU_SOURCE
#include "submit/lost_answer.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"

bool lost_create_is_in_project(const struct task *task, const char *project)
{
	return !project || attr_same(project, task->sub.attrs.value[ATTR_ENTERPRISE_PROJECT_ID]);
}

bool lost_create_fits(const struct candidate *candidate, const struct task *task)
{
	const struct attr_set *attrs = &task->sub.attrs;

	if (!candidate->shown || candidate->gone ||
	    !lost_create_is_in_project(task, candidate->job.project))
		return false;
	return candidate->unsure ||
	       (!memcmp(candidate->digest, task->sub.digest, CONTENT_DIGEST_SIZE) &&
		(!candidate->risk_level ||
		 attr_same(candidate->risk_level, attrs->value[ATTR_RISK_LEVEL])) &&
		(!candidate->description ||
		 attr_same(candidate->description, attrs->value[ATTR_DESCRIPTION])));
}

/* Creates of one content, and the jobs that fit them. */
struct group {
	struct task **tasks; /* in the order in which they asked; borrowed */
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

/* Collects the jobs that fit, and that nobody is bound to by now. Returns 0 or -errno. */
static int collect_jobs(const struct inquiry *inquiry, struct group *group)
{
	group->jobs = calloc(inquiry->n_candidates + 1, sizeof(*group->jobs));
	if (!group->jobs)
		return -ENOMEM;
	for (size_t i = 0; i < inquiry->n_candidates; i++) {
		const struct candidate *candidate = &inquiry->candidates[i];
		int bound;

		if (!lost_create_fits(candidate, group->tasks[0]))
			continue;
		bound = engine_is_bound(inquiry->engine, candidate->job.id);
		if (bound < 0)
			return bound;
		if (!bound)
			group->jobs[group->n_jobs++] = (struct matched_job){
				.id = candidate->job.id, .unsure = candidate->unsure};
	}
	return 0;
}

/* The version that was listed of a job; the first if none was. */
static int64_t version_of(const struct inquiry *inquiry, const char *job_id)
{
	for (size_t i = 0; i < inquiry->n_candidates; i++)
		if (!strcmp(inquiry->candidates[i].job.id, job_id))
			return inquiry_version(inquiry->candidates[i].job.version, 1);
	return 1;
}

static void conclude(struct inquiry *inquiry, struct group *group)
{
	enum match_reason reason =
		lost_match_decide(group->creates, group->n, group->jobs, group->n_jobs);

	for (size_t i = 0; i < group->n; i++) {
		const struct lost_create *create = &group->creates[i];
		struct task *task = group->tasks[i];

		task->decided = create->verdict != MATCH_OPEN;
		if (create->verdict == MATCH_JOB) {
			CRASH_POINT("doubt-found");
			inquiry_conclude_found(task, create->job->id,
					       version_of(inquiry, create->job->id));
		} else if (create->verdict == MATCH_OPEN) {
			open_doubt_tell(task, reason, group->jobs, group->n_jobs);
		}
	}
}

/* Decides for creates of one content. Returns 0, or -errno: they stay undecided. */
static int decide_group(struct inquiry *inquiry, struct task **tasks, size_t n)
{
	_cleanup_group_ struct group group = {.tasks = tasks, .n = n};
	int r = collect_jobs(inquiry, &group);

	if (r < 0)
		return r;
	/* a job may be that of a twin which is on its way */
	if (group.n_jobs && engine_has_twin(inquiry->engine, tasks[0]))
		return -EAGAIN;
	group.creates = calloc(n, sizeof(*group.creates));
	if (!group.creates)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		group.creates[i].known = &tasks[i]->sub.known;
	conclude(inquiry, &group);
	return 0;
}

/* By what was sent, then in the order in which they asked. */
static int compare_tasks(const void *a, const void *b)
{
	const struct ledger_submission *x = &(*(struct task *const *)a)->sub;
	const struct ledger_submission *y = &(*(struct task *const *)b)->sub;
	int order = ledger_submission_compare(x, y);

	if (order)
		return order;
	if (x->known.number != y->known.number)
		return x->known.number < y->known.number ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

void lost_create_decide(struct inquiry *inquiry)
{
	_cleanup_free_ struct task **tasks = NULL;
	struct task *task;
	size_t n = 0, end;

	TAILQ_FOREACH(task, &inquiry->tasks, inquiry_link)
	n++;
	tasks = calloc(n, sizeof(struct task *));
	if (!tasks) {
		inquiry->inconclusive = true;
		return;
	}
	n = 0;
	TAILQ_FOREACH(task, &inquiry->tasks, inquiry_link)
	{
		task->decided = false;
		tasks[n++] = task;
	}
	qsort(tasks, n, sizeof(struct task *), compare_tasks);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n; end++)
			if (ledger_submission_compare(&tasks[i]->sub, &tasks[end]->sub))
				break;
		decide_group(inquiry, tasks + i, end - i);
	}
}
