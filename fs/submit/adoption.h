/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_H
#define COCFS_SUBMIT_ADOPTION_H

#include "submit/state.h"

/* Which job of the service a create takes instead of making one: adoption.c has the essay. */

/* What a create is to do. Borrowed; see the kinds. */
struct adoption_outcome {
	enum adoption_kind {
		ADOPTION_NONE,	  /* make a job: known_ids and partial are the question's */
		ADOPTION_TAKES,	  /* take the job of details, as it is shown now */
		ADOPTION_REFUSED, /* end: err says why */
		ADOPTION_UNASKED, /* the service did not show a job: answer */
		ADOPTION_STOPPED, /* it is we who cannot decide now: what, and r, a -errno */
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

/* The jobs of the name are listed, and noted (adoption_notes.h). Tells done what the create is to
 * do, at once or from a later iteration. */
void adoption_decide(struct submission *submission, const char *known_ids, bool partial,
		     adoption_done_fn *done);

#endif
