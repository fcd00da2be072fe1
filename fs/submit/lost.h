/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_H
#define COCFS_SUBMIT_LOST_H

#include "submit/lost_match.h"
#include "submit/name_list.h"
#include "submit/state.h"

/*
 * What the files share that ask what became of a submission. lost_answer.c begins, lost_round.c has
 * the rounds and concludes. The search for the jobs of lost creates is in lost_create.c. Whose they
 * are is said by lost_decision.c, and why nobody can tell, by undecided.c.
 */

/* A job that may be what one of the creates has made, and what was seen of it when it was made. */
struct candidate {
	struct listed_job job;
	bool shown;  /* the rest is known */
	bool unsure; /* its content, as it was made, cannot be seen */
	unsigned char digest[CONTENT_DIGEST_SIZE], gist[CONTENT_DIGEST_SIZE];
	char *risk_level, *description; /* NULL: not told */
};

/* The asking for all creates of one name, or for one update. */
struct lost_answer {
	struct engine *engine;
	void (*begin)(void *lost); /* begins a round: the timer's callback */
	LIST_ENTRY(lost_answer) link;
	struct submission_list submissions; /* in the order in which they came into doubt */
	char *name;			    /* of creates; NULL for an update */
	struct loop_timer timer;
	bool asking;  /* a round is under way */
	bool waiting; /* for others to end theirs */
	TAILQ_ENTRY(lost_answer) waiting_link;
	unsigned asked;
	int64_t asked_ms;  /* on the loop's clock: when the last round began */
	bool unanswered;   /* the service could not be asked */
	bool inconclusive; /* that nothing was found means nothing */
	struct coc_call *call;

	/* of creates */
	struct name_list list;
	struct candidate
		*candidates; /* by ID; what was shown in an earlier round is not asked again */
	size_t n_candidates, next;
	bool looks_at_known; /* also those that were there before, since one was found */
};

#endif
