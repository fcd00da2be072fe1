/* SPDX-License-Identifier: MIT */
/*
 * A lost create that cannot be decided stays in doubt. Nothing is sent for its file, the service is
 * asked again less and less often, and the .error names the jobs. Two things end the doubt. A later
 * look at the service decides it, mostly because somebody has removed jobs there. Or a person ends
 * the doubt with `setfattr -x coc.job_id FILE`. Then the create counts as not done, and none of
 * these jobs becomes the file's. The create of the next write asks for the jobs of its name again.
 * So it knows these jobs, and may take one of them on purpose (adoption.c).
 */
#define _GNU_SOURCE
#include "submit/undecided.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "submit/lost_round.h"
#include "submit/named_jobs.h"
#include "submit/rows.h"
#include "submit/submission.h"

#define END_IT                                                                                     \
	"to end the doubt yourself: setfattr -x coc.job_id FILE; then "                            \
	"setfattr -n coc.job_id -v ID FILE takes one of the jobs, or the next write of FILE, "     \
	"with adopt=never, makes a job"

/* Tells why a lost create stays open: logs err, and records its story in the ledger. Does nothing
 * if the last story was the same, or without memory for the story. */
static void tell_undecided(struct submission *submission, const struct err *err)
{
	char *story = err_story(err);
	int r;

	if (!story || (submission->open_story && !strcmp(story, submission->open_story))) {
		free(story);
		return;
	}
	free(submission->open_story);
	submission->open_story = story;
	if (submission->err)
		*submission->err = *err;
	log_err(LOG_LEVEL_WARNING, submission->path, submission->job_id, err);
	r = ledger_tell(submission->engine->ledger, &submission->record, err, story);
	if (r < 0)
		log_error("%s: the ledger cannot record this: %s", submission->path, strerror(-r));
}

/* Fills *named with those of the n jobs that the create knew before (known), or did not know
 * (!known). */
static void name_jobs(const struct submission *submission, bool known,
		      const struct matched_job *jobs, size_t n, struct named_jobs *named)
{
	*named = (struct named_jobs){0};
	for (size_t i = 0; i < n; i++)
		if (known_has(&submission->record.known, jobs[i].id) == known)
			named_jobs_add(named, jobs[i].id);
}

void undecided_tell(struct submission *submission, enum match_reason reason,
		    const struct matched_job *jobs, size_t n)
{
	struct named_jobs named;
	struct err err;

	name_jobs(submission, false, jobs, n, &named);
	if (reason == MATCH_SHARED)
		err_set(&err, EEXIST,
			"the answer was lost, and another machine makes jobs of this name and "
			"content: nobody can tell whether %s is this file's",
			named.n > 1 ? "one of the new ones" : "the new one");
	else if (reason == MATCH_UNKNOWN)
		err_set(&err, EEXIST,
			"the answer was lost, and it is not known which jobs of this name and "
			"content the service had before");
	else if (reason == MATCH_ALIKE)
		err_set(&err, EEXIST,
			"the answer was lost, and the service has a new job of this content with "
			"another project, name, risk level or description: nobody "
			"can tell whose it is");
	else if (reason == MATCH_UNSEEN)
		err_set(&err, EEXIST,
			"the answer was lost, and the service does not show the content of a new "
			"job of this name");
	else
		err_set(&err, EEXIST,
			"the answer was lost, and the service has %zu new jobs of this name and "
			"content: nobody can tell which is this file's",
			named.n);
	err_detail(&err, "jobs", "%s", named.text);
	name_jobs(submission, true, jobs, n, &named);
	if (reason == MATCH_SHARED && named.n)
		err_detail(&err, "jobs_before", "%s", named.text);
	err_detail(&err, "state",
		   "in-doubt: nothing is sent for this file; the service is asked again");
	err_detail(&err, "what_to_do", "%s; or, %s",
		   reason == MATCH_ALIKE
			   ? "if nobody needs these jobs, remove them on the service, and the "
			     "create counts as not done"
			   : "remove the jobs that are not wanted on the service, and the one that "
			     "is left becomes this file's",
		   END_IT);
	tell_undecided(submission, &err);
}

void undecided_tell_gap(struct submission *submission, const char *gap)
{
	struct err err;

	err_set(&err, EIO,
		"the answer was lost, and the service's list of jobs of this name proves nothing: "
		"%s",
		gap);
	err_detail(&err, "state",
		   "in-doubt: nothing is sent for this file; the service is asked again");
	err_detail(&err, "what_to_do",
		   "to end the doubt yourself: setfattr -x coc.job_id FILE, and the next write of "
		   "FILE takes the job of its name and content, or makes one");
	tell_undecided(submission, &err);
}

int engine_end_doubt(struct engine *engine, int64_t row)
{
	struct submission *submission = engine_current(engine, row);
	struct err err;

	if (!submission)
		return -ENODATA;
	if (submission->stage != STAGE_IN_DOUBT || submission->record.kind != SUBMIT_CREATE ||
	    !lost_answer_may_be_ended(submission))
		return -EBUSY;
	log_info("%s: its doubt is ended on demand", submission->path);
	err_set(&err, ECANCELED, "the answer was lost, and the doubt was ended on demand");
	err_detail(
		&err, "what_to_do",
		"write the file again: it takes the job of its name and content, or makes one if "
		"there is none");
	submission_fail(submission, OUTCOME_FAILED, &err);
	return 0;
}
