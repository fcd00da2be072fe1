/* SPDX-License-Identifier: MIT */
/*
 * Before each create the service is asked for the jobs of its name. Their IDs are recorded with the
 * intent, durably, before the create is sent (send.c). If the answer of the create is lost, the
 * create has made none of these jobs (lost_match.c). No clock could tell that: the clocks of the
 * service, of this machine and of other machines differ.
 *
 * Jobs that a path here is bound to, or that were forgotten on demand, are not recorded, since no
 * lost create gets them. So a space whose jobs are all its own records nothing. Jobs of other
 * projects are recorded, too. The job of a lost create may have been moved to another project, and
 * must not be confused with the jobs that were there before.
 *
 * Sometimes the list cannot be read whole, or has more jobs than are kept. Then the create is sent
 * all the same, and known.partial is recorded. If its answer is lost, a person may have to decide,
 * and nothing worse happens. If the service cannot be asked at all, nothing is sent.
 *
 * The IDs of all listed rows, also of other names and projects, are kept in memory until the create
 * has ended. The create has made none of these jobs, even if its answer names one of them (send.c).
 *
 * What the list says of each job also decides whether the create makes a job at all (adoption.c).
 */
#define _GNU_SOURCE
#include "submit/question.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/crash.h"
#include "base/log.h"
#include "submit/adoption_notes.h"
#include "submit/rows.h"

/* The most pages read for one question, in all passes: 4,900 jobs whose names contain the name.
 * This bounds the calls that a create may cost, and the memory for the IDs: 130 KB while it is
 * under way. */
#define PAGES_MAX 50

struct question {
	struct submission *submission;
	question_done_fn *done;
	struct name_list list;
};

static int is_known_kept(void *data, const struct coc_summary *job)
{
	const struct question *question = data;
	struct submission *submission = question->submission;
	int bound = engine_is_bound(submission->engine, job->document_id);

	return bound <= 0 ? (bound < 0 ? bound : 1) : adoption_note_bound(submission, job);
}

/* Writes the IDs of the jobs, each with a line feed at its end. Returns 0 or -ENOMEM. */
static int write_ids(const struct name_list *list, struct buf *text)
{
	buf_puts(text, "");
	for (size_t i = 0; i < list->n_jobs; i++)
		buf_printf(text, "%s\n", list->jobs[i].id);
	return text->error;
}

static void on_known_listed(void *data, struct name_list *list)
{
	struct question *question = data;
	struct submission *submission = question->submission;
	question_done_fn *done = question->done;
	struct question_answer answer = {
		.partial = list->gap != NULL, .errnum = list->errnum, .failed = list->answer};
	_cleanup_buf_ struct buf text = {0};

	CRASH_POINT("question-answered");
	if (!list->errnum &&
	    (write_ids(list, &text) < 0 || adoption_note_listed(submission, list) < 0))
		answer.errnum = ENOMEM;
	if (list->gap)
		log_info("%s: the service's list of jobs of its name says too little: %s",
			 submission->path, list->gap);
	answer.ids = text.data;
	question_finish(submission);
	done(submission, &answer);
}

int question_begin(struct submission *submission, question_done_fn *done)
{
	struct question *question = calloc(1, sizeof(*question));
	struct name_list_spec spec = {
		.name = submission->record.attrs.value[ATTR_NAME],
		.pages_max = PAGES_MAX,
		.jobs_max = KNOWN_JOBS_MAX,
		.deadline_ms = submission->deadline_ms,
		.listed = &submission->listed,
		.is_kept = is_known_kept,
		.done = on_known_listed,
		.data = question,
	};
	int r;

	if (!question)
		return -ENOMEM;
	question->submission = submission;
	question->done = done;
	id_set_finish(&submission->listed);
	r = adoption_begin(submission);
	if (r == 0)
		r = name_list_begin(&question->list, submission->engine, &spec);
	if (r < 0) {
		free(question);
		return r;
	}
	submission->question = question;
	CRASH_POINT("question-asked");
	return 0;
}

void question_finish(struct submission *submission)
{
	if (!submission->question)
		return;
	name_list_finish(&submission->question->list);
	free(steal_ptr(submission->question));
}
