/* SPDX-License-Identifier: MIT */
/* Notes which jobs of a name a create might take, from the service's list of that name. */
#define _GNU_SOURCE
#include "submit/adoption_notes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "submit/removed_name.h"
#include "submit/rows.h"
#include "submit/submission.h"

int adoption_begin(struct submission *submission)
{
	adoption_finish(submission);
	if (submission->engine->options.adopt == ADOPT_NEVER || !submission->record.adopts)
		return 0;
	submission->adoption = calloc(1, sizeof(*submission->adoption));
	if (!submission->adoption)
		return -ENOMEM;
	submission->adoption->has_namesake =
		adoption_takes_by_name(submission) && engine_has_namesake(submission);
	return 0;
}

void adoption_finish(struct submission *submission)
{
	struct adoption *adoption = steal_ptr(submission->adoption);

	if (!adoption)
		return;
	for (size_t i = 0; i < adoption->n; i++)
		free(adoption->candidates[i].id);
	free(adoption->candidates);
	free(adoption->bound_id);
	free(adoption->known_ids);
	free(adoption);
}

int adoption_note_bound(struct submission *submission, const struct coc_summary *job)
{
	_cleanup_job_record_ struct job_record removed = {0};
	struct adoption *adoption = submission->adoption;
	int64_t row;
	int r;

	if (!adoption || !submission_is_namesake(submission, job))
		return 0;
	r = removed_name_find_for(submission, job->document_id, &removed);
	if (r == 0)
		return 1;
	if (r != -ENOENT && r != -EBUSY)
		return r;
	if (adoption->bound_id || !adoption_takes_by_name(submission))
		return 0;
	r = ledger_bound_row(submission->engine->ledger, job->document_id, &row);
	if (r < 0)
		/* -ENOENT: no row has the job, which was forgotten on demand */
		return r == -ENOENT ? 0 : r;
	adoption->bound_id = strdup(job->document_id);
	return adoption->bound_id ? 0 : -ENOMEM;
}

int adoption_note_listed(struct submission *submission, const struct name_list *list)
{
	struct adoption *adoption = submission->adoption;

	if (!adoption)
		return 0;
	/* one more: note_remembered() in adoption.c may add the job of a removed import */
	adoption->candidates = calloc(list->n_jobs + 1, sizeof(*adoption->candidates));
	if (!adoption->candidates)
		return -ENOMEM;
	for (size_t i = 0; i < list->n_jobs; i++) {
		const struct listed_job *job = &list->jobs[i];
		struct adoption_candidate *candidate = &adoption->candidates[adoption->n];

		if (job->other_name || !submission_is_in_project(submission, job->project))
			continue;
		candidate->id = strdup(job->id);
		if (!candidate->id)
			return -ENOMEM;
		adoption->n++;
	}
	return 0;
}
