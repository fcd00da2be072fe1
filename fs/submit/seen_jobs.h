/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SEEN_JOBS_H
#define COCFS_SUBMIT_SEEN_JOBS_H

#include "submit/state.h"

/* When jobs were seen last: what follows is in freshness.c. */

struct seen_job {
	uint64_t hash;	 /* of its ID; 0: none. Of two jobs with one hash each counts for both */
	int64_t due_ms;	 /* on the loop's clock: when a check is due */
	bool is_gone;	 /* the service has said that there is no such job */
	bool has_failed; /* the last check was in vain */
};

/* Returns NULL when out of memory. */
struct seen_jobs *seen_jobs_create(void);

/* NULL is accepted. */
void seen_jobs_destroy(struct seen_jobs *seen);

/* The service has told the newest version of a job now, or made it. Or it has said that there is no
 * such job. */
void seen_jobs_note(struct engine *engine, const char *job_id, bool is_gone);

/* A check was in vain: so long from now no check is due. */
void seen_jobs_failed(struct engine *engine, const char *job_id, int64_t wait_ms);

/* What is known of a job, or NULL. */
const struct seen_job *seen_jobs_find(const struct engine *engine, const char *job_id);

#endif
