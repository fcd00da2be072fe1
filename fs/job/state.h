/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_STATE_H
#define COCFS_JOB_STATE_H

#include <stdbool.h>

/*
 * The state of a job file. The ledger holds the numbers: never change one. state.c has the table of
 * legal moves. docs/submission.md draws the same moves, and a test compares the two.
 */
enum job_state {
	JOB_DRAFT = 0,	    /* the content is only here, and no submission waits */
	JOB_QUEUED = 1,	    /* a submission is durable in the ledger, and waits to be sent */
	JOB_SUBMITTING = 2, /* a request was sent, and its answer may still come */
	JOB_SUBMITTED = 3,  /* the service holds the content of the file */
	/* the newest content was refused, or will not be submitted: the story says why */
	JOB_FAILED = 4,
	/* a request was sent, or may have been sent, and its answer is not known */
	JOB_IN_DOUBT = 5,
};
#define JOB_STATE_COUNT 6

/* Returns the word for a state, as in the docs: "draft", "in-doubt", … */
const char *job_state_word(enum job_state state);

/* Is the move from one state to another legal? */
bool job_state_may_move(enum job_state from, enum job_state to);

/* Is a submission of the job queued, sent without an answer, or in doubt? In the other states the
 * job has no submission. */
bool job_state_is_unfinished(enum job_state state);

#endif
