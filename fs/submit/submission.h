/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMISSION_H
#define COCFS_SUBMIT_SUBMISSION_H

#include <string.h>

#include "submit/state.h"

/* How a submission in memory is made, and how it ends. */

/* Ends a submission that is not done now. A queued submission (record.queued) is tried again after
 * wait_ms; 0 or less: as soon as the queue goes on. Any other submission ends as OUTCOME_FAILED.
 * err is copied. */
void submission_later(struct submission *submission, const struct err *err, int64_t wait_ms);

/* Makes a submission in memory from its record. Takes what take_submission owns, also on failure.
 * The result is in no list yet. NULL when out of memory. */
struct submission *submission_create(struct engine *engine,
				     struct ledger_submission *take_submission, const char *path);

/* Makes a submission as submission_create() does, and counts its memory as its user's. Takes what
 * take_submission owns, also on failure. Returns 0, -EAGAIN if the user's share of the memory is
 * used up, or -ENOMEM. */
int submission_create_charged(struct engine *engine, struct ledger_submission *take_submission,
			      const char *path, struct submission **ret_submission);

/* Frees a submission, which must be in no list. Its waiters are dropped without an answer. NULL is
 * accepted. */
void submission_destroy(struct submission *submission);

/* Ends a submission with success: outcome is OUTCOME_HELD or _SETTLED. job_id and versions: what
 * the service holds now; copied. Without memory for that copy the submission ends as OUTCOME_DOUBT
 * instead, and the service is asked for the job. */
void submission_settle(struct submission *submission, enum submission_outcome outcome,
		       const char *job_id, struct job_versions versions);

/* Returns the versions of a job whose newest version is what was sent. */
static inline struct job_versions submission_version(int64_t version)
{
	return (struct job_versions){.base = version, .newest = version};
}

/* Ends a submission without success: OUTCOME_FAILED, _REFUSED, _DOUBT or _LATER. Logs err, and
 * copies it for the waiters and the story. */
void submission_fail(struct submission *submission, enum submission_outcome outcome,
		     const struct err *err);

/* Records the outcome of an ended submission in the ledger. Returns 0, 1 if the outcome must be
 * durable before it is answered, or -errno if it is not recorded. */
int submission_record(struct submission *submission);

/* Keeps the request ID of the service's last answer, for coc.request_id and the log. "": keeps the
 * ID of the answer before. */
void submission_note_request_id(struct submission *submission, const char *request_id);

/* Does this submission make a job? No while its kind is not known: submission_record_intent() sets
 * record.kind. */
static inline bool submission_is_create(const struct submission *submission)
{
	return !submission->deletion && submission->record.kind == SUBMIT_CREATE;
}

/* Returns how many milliseconds a submission has until its deadline; 0 or less: no time is left. */
static inline int64_t submission_left_ms(const struct submission *submission)
{
	return submission->deadline_ms - loop_now_ms(submission->engine->loop);
}

/* Is `project` the project of the submission? Also yes if it is NULL: the service did not tell the
 * project. */
static inline bool submission_is_in_project(const struct submission *submission,
					    const char *project)
{
	return !project ||
	       attr_same(project, submission->record.attrs.value[ATTR_ENTERPRISE_PROJECT_ID]);
}

/* Does a listed job have the name and the project of this create? A project that the service did
 * not tell counts as the same. */
static inline bool submission_is_namesake(const struct submission *submission,
					  const struct coc_summary *job)
{
	return !strcmp(job->name, submission->record.attrs.value[ATTR_NAME]) &&
	       submission_is_in_project(submission, job->enterprise_project_id);
}

/* Counts the submission for inflight_max (in_flight): change is 1 when its question or request
 * begins, -1 when that ends. */
static inline void submission_count_in_flight(struct submission *submission, int change)
{
	submission->engine->in_flight += (unsigned)change;
	if (submission->record.queued)
		submission->engine->queued_in_flight += (unsigned)change;
}

#endif
