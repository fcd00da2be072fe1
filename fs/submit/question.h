/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_QUESTION_H
#define COCFS_SUBMIT_QUESTION_H

#include "submit/name_list.h"
#include "submit/state.h"

/*
 * The question before a create: which jobs of its name does the service have? question.c has the
 * essay. ask.c asks it.
 */
struct question;

/* What came of the question before a create; all borrowed. */
struct question_answer {
	const char *ids; /* of the known jobs, each with a line feed at its end */
	bool partial;	 /* there may be others */
	int errnum;	 /* the service could not be asked, a positive errno; 0: it was */
	const struct coc_answer *failed; /* that said so; NULL: it is our own error */
};

/* Called once with the answer, from an iteration of the loop; the question is over. */
typedef void question_done_fn(struct submission *submission, const struct question_answer *answer);

/* Asks for a submission that is about to create; it holds a slot meanwhile. Returns 0, or -errno:
 * nothing was asked. */
int question_begin(struct submission *submission, question_done_fn *done);

/* Stops asking. A submission that does not ask is accepted. */
void question_finish(struct submission *submission);

#endif
