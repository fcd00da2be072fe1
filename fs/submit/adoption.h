/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_H
#define COCFS_SUBMIT_ADOPTION_H

#include "submit/state.h"

/* Which job of the service a create takes instead of making one: adoption.c has the essay. */

/* What a create has to do after its adoption was decided. Each kind names the members that it sets.
 * The pointers are valid only until the call of adoption_done_fn returns. */
struct adoption_outcome {
	enum adoption_kind {
		ADOPTION_NONE,	  /* make a new job: known_ids and partial go into the intent */
		ADOPTION_TAKES,	  /* take the job of details, as the service shows it now */
		ADOPTION_REFUSED, /* fail: err says why; nothing was made */
		ADOPTION_UNASKED, /* the service did not show a candidate: see answer */
		/* fail for now: `what` says what this machine cannot do, r is the -errno */
		ADOPTION_STOPPED,
	} kind;
	const char *known_ids;
	bool partial;
	const struct coc_details *details;
	const struct err *err;
	const struct coc_answer *answer;
	const char *what;
	int r;
};

typedef void adoption_done_fn(struct submission *submission,
			      const struct adoption_outcome *outcome);

/* Decides whether a create makes a job or takes one. Call this when the jobs of the create's name
 * are listed and noted (adoption_notes.h). known_ids and partial are the answer to the question
 * (question.h). Calls done once, at once or in a later iteration. */
void adoption_decide(struct submission *submission, const char *known_ids, bool partial,
		     adoption_done_fn *done);

#endif
