/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SEEN_JOBS_H
#define COCFS_SUBMIT_SEEN_JOBS_H

#include "submit/state.h"

/* A table of jobs: when did the service tell the newest version of each last? freshness.c decides
 * from that when the next check of a job is due. */

struct seen_job {
	/* hash of the job's ID; 0: the entry is free. Two jobs with the same hash share an
	 * entry. */
	uint64_t hash;
	int64_t due_ms;	 /* when the next check is due, on the loop's clock */
	bool is_gone;	 /* the service has said that there is no such job */
	bool has_failed; /* the last check failed */
};

/* Returns an owned table without entries, or NULL when out of memory. */
struct seen_jobs *seen_jobs_create(void);

/* Frees the table. NULL is accepted. */
void seen_jobs_destroy(struct seen_jobs *seen);

/* Call this when the service has told the newest version of a job, or has made that version.
 * is_gone: the service has said that there is no such job. The next check is due after
 * `refresh`. */
void seen_jobs_note(struct engine *engine, const char *job_id, bool is_gone);

/* Call this when a check of a job has failed. The next check is due after wait_ms. */
void seen_jobs_failed(struct engine *engine, const char *job_id, int64_t wait_ms);

/* Returns the entry of a job, valid until the next change of the table. NULL: the table has
 * none. */
const struct seen_job *seen_jobs_find(const struct engine *engine, const char *job_id);

#endif
