/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_STATE_H
#define COCFS_JOB_STATE_H

#include <stdbool.h>

/*
 * Where a job stands. The numbers are kept in the ledger: never change one. The legal moves are the
 * table in state.c; docs/submission.md draws them, and a test holds the two against each other.
 */
enum job_state {
	JOB_DRAFT = 0,	    /* the content is here only */
	JOB_QUEUED = 1,	    /* durable here, to be sent */
	JOB_SUBMITTING = 2, /* a request is on its way */
	JOB_SUBMITTED = 3,  /* the service holds what the file says */
	JOB_FAILED = 4,	    /* the service or the validation said no */
	JOB_IN_DOUBT = 5,   /* a request was sent and its answer lost */
};
#define JOB_STATE_COUNT 6

/* The word of design and docs for a state: "draft", "in-doubt", … */
const char *job_state_word(enum job_state state);

/* Is the move from one state to another legal? */
bool job_state_may_move(enum job_state from, enum job_state to);

/* Is something of the job queued, under way or in doubt? In no other state is anything of it
 * queued. */
bool job_state_is_unfinished(enum job_state state);

#endif
