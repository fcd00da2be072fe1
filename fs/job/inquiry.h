/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_INQUIRY_H
#define COCFS_JOB_INQUIRY_H

#include "job/task.h"

/*
 * What doubt.c (who is in doubt, and what is concluded) and search.c (looking for a job that a lost
 * create may have made) share. Nobody else includes this.
 */

/* A job that may be what one of the requests made. */
struct candidate {
	char *job_id, *enterprise_project_id; /* the project may be NULL */
	int64_t create_time_ms;
};

/* The asking for all creates of one name, or for one update. */
struct inquiry {
	struct engine *engine;
	LIST_ENTRY(inquiry) link;
	struct task_list tasks; /* in the order in which they came into doubt */
	char *name;		/* of creates; NULL for an update */
	struct loop_timer timer;
	struct coc_call *call;
	unsigned asked;
	int64_t asked_ms;  /* on the loop's clock: when the last round began */
	bool unanswered;   /* the service could not be asked */
	bool inconclusive; /* a twin is on its way, or a row is unusable: not found means nothing */
	int64_t offset;	   /* in the list */
	struct candidate *candidates;
	size_t n_candidates, next;
};

/* ---- doubt.c ---- */

/* The service could not be asked: asks again, after what answer (may be NULL) asks for. */
void inquiry_ask_failed(struct inquiry *inquiry, const struct coc_answer *answer);

/* Asks again, not before least_ms have passed. */
void inquiry_ask_again(struct inquiry *inquiry, int64_t least_ms);

/* Is the job that the service shows what was sent? */
bool inquiry_matches(const struct coc_details *details, const struct ledger_submission *sub);

/* The version that the service shows, or the one that the request would have made. */
int64_t inquiry_version(const struct coc_details *details, int64_t expected);

/* A task's request was done: it leaves the inquiry, which stays until inquiry_end_round(). */
void inquiry_conclude_found(struct task *task, const char *job_id, int64_t version);

/* Everything was looked at: what was not found by now was not done, if the time for it is over.
 * Frees an inquiry that has nothing left to ask for. */
void inquiry_end_round(struct inquiry *inquiry);

/* ---- search.c ---- */

/* Looks for the jobs that the creates of the inquiry may have made; ends with one of the above. */
void search_begin(struct inquiry *inquiry);

/* Frees what the last search has found. */
void search_drop(struct inquiry *inquiry);

#endif
