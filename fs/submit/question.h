/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_QUESTION_H
#define COCFS_SUBMIT_QUESTION_H

#include "submit/name_list.h"
#include "submit/state.h"

/*
 * The question before a create: which jobs of its name does the service have? ask.c begins the
 * question. The comment at the top of question.c explains why it is asked.
 */
struct question;

/* The answer to the question before a create. All pointers are borrowed. */
struct question_answer {
	/* IDs of the jobs of the name that the service has already, each with a line feed at its
	 * end: the create will have made none of them. Jobs that are bound here or forgotten on
	 * demand are left out */
	const char *ids;
	bool partial; /* the list was not read whole: there may be further jobs of the name */
	int errnum;   /* why the service could not be asked, a positive errno; 0: it was asked */
	/* if errnum is set: the answer that failed; NULL: the failure is on this machine */
	const struct coc_answer *failed;
};

/* Called once with the answer, from an iteration of the loop. The question is over then. */
typedef void question_done_fn(struct submission *submission, const struct question_answer *answer);

/* Asks the question for a create. Until the answer is there, the submission counts for inflight_max
 * (it holds a slot). Returns 0, or -errno: nothing was asked. */
int question_begin(struct submission *submission, question_done_fn *done);

/* Stops the question before a create, and frees it. Does nothing if the submission asks nothing. */
void question_finish(struct submission *submission);

#endif
