/* SPDX-License-Identifier: MIT */
/*
 * Two hosts that ask for the jobs of a name at the same moment both find none, and both make one.
 * The API has nothing that prevents this. So the service is asked once more after the create. If
 * there is a job of the same name, project and content that was not there before, the file warns
 * and names both jobs. The host that looks last sees both jobs.
 *
 * The create is recorded by then, and the job is the file's. The writer is answered after the look,
 * so that the warning is there when the writer reads it. If the look fails, the writer is answered
 * without a warning.
 */
#define _GNU_SOURCE
#include "submit/second_look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "submit/bounds.h"
#include "submit/named_jobs.h"
#include "submit/name_list.h"
#include "submit/outage.h"
#include "submit/rows.h"
#include "submit/submission_show.h"
#include "submit/submission.h"
#include "submit/versions.h"

struct second_look {
	struct name_list list;
	size_t next; /* index in list.jobs of the job that is looked at */
	/* new jobs that others have made, with this name and content; with adopt=name, with any
	 * content */
	struct named_jobs twins;
};

void second_look_finish(struct submission *submission)
{
	struct second_look *look = steal_ptr(submission->second_look);

	if (!look)
		return;
	name_list_finish(&look->list);
	free(look);
}

/* Is this listed job of the create's name and project a new job, which this space has not made? No
 * if the question before the create listed it, if a path here has it, or if another create here may
 * have made it. Returns 1, 0 or -errno. */
static int is_new_kept(void *data, const struct coc_summary *job)
{
	const struct submission *submission = data;
	int bound;

	if (id_set_has(&submission->listed, job->document_id) ||
	    !submission_is_namesake(submission, job))
		return 0;
	bound = engine_is_bound(submission->engine, job->document_id);
	return bound < 0 ? bound
			 : !bound && !engine_may_have_made(submission->engine, submission,
							   job->name, job->document_id);
}

static void warn_of_twins(struct submission *submission)
{
	const struct second_look *look = submission->second_look;
	struct err warning;
	char line[ERR_TEXT_MAX + 2];
	int r;

	err_set(&warning, EEXIST,
		"somebody else has made %s of this name%s at the same moment: %s; this file has "
		"%s; keep one of them",
		look->twins.n > 1 ? "jobs" : "a job",
		submission->engine->options.adopt == ADOPT_SAME ? " and content" : "",
		look->twins.text, submission->job_id);
	log_err(LOG_LEVEL_WARNING, submission->path, submission->job_id, &warning);
	snprintf(line, sizeof(line), "%s\n", warning.text);
	r = ledger_warn_more(submission->engine->ledger, submission->record.row, line);
	if (r < 0)
		log_error("%s: the ledger cannot record this: %s", submission->path, strerror(-r));
}

/* Ends the second look, and records the warning if there are twins. The submission goes back to
 * engine->durable: the end of the iteration answers its waiters. */
static void end_second_look(struct submission *submission)
{
	struct engine *engine = submission->engine;

	if (submission->second_look->twins.n)
		warn_of_twins(submission);
	second_look_finish(submission);
	submission_count_in_flight(submission, -1);
	TAILQ_INSERT_TAIL(&engine->durable.ended, submission, link);
	CRASH_POINT("looked-again");
}

static void look_at_next(struct submission *submission);

static void on_new_shown(void *data, const struct coc_answer *answer)
{
	struct submission *submission = data;
	struct second_look *look = submission->second_look;

	submission->call = NULL;
	outage_note(submission->engine, answer);
	if (answer->outcome == COC_DONE && versions_match_text(submission, answer->details))
		named_jobs_add(&look->twins, look->list.jobs[look->next].id);
	look->next++;
	look_at_next(submission);
}

/* Asks for the content of the next new job. Ends the second look if no job or no time is left, or
 * if the call cannot begin. With adopt=name asks nothing: each new job is a twin. */
static void look_at_next(struct submission *submission)
{
	const struct engine *engine = submission->engine;
	struct second_look *look = submission->second_look;
	int64_t left_ms = submission_left_ms(submission);

	/* with adopt=name each job of the name is a twin, even with another content */
	while (engine->options.adopt == ADOPT_NAME && look->next < look->list.n_jobs)
		named_jobs_add(&look->twins, look->list.jobs[look->next++].id);
	if (look->next == look->list.n_jobs || left_ms <= 0 ||
	    submission_show(submission, look->list.jobs[look->next].id, 0, left_ms, on_new_shown) <
		    0)
		end_second_look(submission);
}

static void on_listed_again(void *data, struct name_list *list)
{
	struct submission *submission = data;

	if (list->errnum)
		log_info("%s: whether another machine has made the job as well cannot be asked",
			 submission->path);
	look_at_next(submission);
}

bool second_look_begin(struct submission *submission)
{
	struct engine *engine = submission->engine;
	struct name_list_spec spec = {
		.name = submission->record.attrs.value[ATTR_NAME],
		.pages_max = SECOND_LOOK_PAGES_MAX,
		.jobs_max = SECOND_LOOK_JOBS_MAX,
		.deadline_ms = submission->deadline_ms,
		.is_kept = is_new_kept,
		.done = on_listed_again,
		.data = submission,
	};

	if (!submission->looks_again || submission_left_ms(submission) <= 0)
		return false;
	submission->looks_again = false;
	submission->second_look = calloc(1, sizeof(*submission->second_look));
	if (!submission->second_look ||
	    name_list_begin(&submission->second_look->list, engine, &spec) < 0) {
		free(steal_ptr(submission->second_look));
		return false;
	}
	submission_count_in_flight(submission, 1);
	return true;
}
