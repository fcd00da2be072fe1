/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMISSION_H
#define COCFS_SUBMIT_SUBMISSION_H

#include <string.h>

#include "submit/state.h"

/* How a submission is made and ends. */

/* Ends a submission that is not done now: if it is queued it is tried again, not before wait_ms
 * have passed; else it failed. */
void submission_later(struct submission *submission, const struct err *err, int64_t wait_ms);

/* Makes a submission; takes what the submission owns, also on failure. NULL when out of memory. */
struct submission *submission_create(struct engine *engine,
				     struct ledger_submission *take_submission, const char *path);

/* The same, and its memory counts as its user's. -EAGAIN: the user has as much as is left for
 * everybody; -ENOMEM. */
int submission_create_charged(struct engine *engine, struct ledger_submission *take_submission,
			      const char *path, struct submission **ret_submission);

/* Frees a submission that is in no list; who still waits is not told. NULL is accepted. */
void submission_destroy(struct submission *submission);

/* Ends a submission well: job_id and versions are what the service holds now. */
void submission_settle(struct submission *submission, enum submission_outcome outcome,
		       const char *job_id, struct job_versions versions);

/* What was sent is the newest version. */
static inline struct job_versions submission_version(int64_t version)
{
	return (struct job_versions){.base = version, .newest = version};
}

/* Ends a submission otherwise; err is copied. */
void submission_fail(struct submission *submission, enum submission_outcome outcome,
		     const struct err *err);

/* Records the outcome of an ended submission in the ledger. Returns 0; 1: it has to be durable
 * before it is told; -errno. */
int submission_record(struct submission *submission);

/* Keeps the request ID of an answer for coc.request_id and the log; "" keeps the one before. */
void submission_note_request_id(struct submission *submission, const char *request_id);

/* Is it one that makes a job? */
static inline bool submission_is_create(const struct submission *submission)
{
	return !submission->deletion && submission->record.kind == SUBMIT_CREATE;
}

/* Milliseconds that a submission has left; 0 or less: none. */
static inline int64_t submission_left_ms(const struct submission *submission)
{
	return submission->deadline_ms - loop_now_ms(submission->engine->loop);
}

/* Is a project the submission's, as far as the service tells it? */
static inline bool submission_is_in_project(const struct submission *submission,
					    const char *project)
{
	return !project ||
	       attr_same(project, submission->record.attrs.value[ATTR_ENTERPRISE_PROJECT_ID]);
}

/* Has a listed job the name of a create, and its project as far as the service tells it? */
static inline bool submission_is_namesake(const struct submission *submission,
					  const struct coc_summary *job)
{
	return !strcmp(job->name, submission->record.attrs.value[ATTR_NAME]) &&
	       submission_is_in_project(submission, job->enterprise_project_id);
}

/* Counts a request that begins (1) or ends (-1) its way. */
static inline void submission_count_in_flight(struct submission *submission, int change)
{
	submission->engine->in_flight += (unsigned)change;
	if (submission->record.queued)
		submission->engine->queued_in_flight += (unsigned)change;
}

#endif
