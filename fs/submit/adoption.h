/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_H
#define COCFS_SUBMIT_ADOPTION_H

#include "submit/state.h"

/* Which job of the service a create takes instead of making one: the comment at the top of
 * adoption.c has the rules. */

/* What a create has to do after its adoption was decided. The comment of each kind names the
 * members that are set. The pointers are valid only until the call of adoption_done_fn returns. */
struct adoption_outcome {
	enum adoption_kind {
		/* make a new job: first record known_ids and partial with the intent */
		ADOPTION_NONE,
		ADOPTION_TAKES,	  /* take the job in details, which shows its newest version */
		ADOPTION_REFUSED, /* fail for good: err says why; nothing was sent */
		/* the service could not be asked for a candidate: answer is the failure */
		ADOPTION_UNASKED,
		/* fail for now: `what` says what this machine cannot do, r is the -errno */
		ADOPTION_STOPPED,
	} kind;
	/* IDs of the jobs that were there before, each with a line feed at its end, as in struct
	 * question_answer. partial: there may be more of them */
	const char *known_ids;
	bool partial;
	const struct coc_details *details;
	const struct err *err;
	const struct coc_answer *answer;
	const char *what;
	int r;
};

/* Receives the decision. The submission continues as outcome->kind says. */
typedef void adoption_done_fn(struct submission *submission,
			      const struct adoption_outcome *outcome);

/* Decides whether a create makes a job or takes one. Call this when the jobs of the create's name
 * are listed and noted (adoption_notes.h), and submission->adoption is set. known_ids and partial:
 * ids and partial of struct question_answer. Calls done one time: from within this call, or in a
 * later iteration. */
void adoption_decide(struct submission *submission, const char *known_ids, bool partial,
		     adoption_done_fn *done);

#endif
