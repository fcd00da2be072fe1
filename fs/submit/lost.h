/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_H
#define COCFS_SUBMIT_LOST_H

#include "submit/lost_match.h"
#include "submit/name_list.h"
#include "submit/state.h"

/*
 * What the files share that ask the service what became of a submission whose answer was lost. A
 * search begins in lost_answer.c. The rounds of questions run in lost_round.c, which also
 * concludes. The jobs of lost creates are searched in lost_create.c. Which create made which job is
 * decided in lost_decision.c. If nobody can tell, undecided.c says why.
 */

/* A job that one of the lost creates may have made, and what the service shows of its first
 * version. */
struct candidate {
	struct listed_job job;
	bool shown; /* the service has shown the job: the members below are known */
	/* the service does not show the content of its first version: any create may have made
	 * it */
	bool unsure;
	/* of the first version's content; for the gist blanks do not count. Void if unsure */
	unsigned char digest[CONTENT_DIGEST_SIZE], gist[CONTENT_DIGEST_SIZE];
	/* of the job; NULL: not told, or a later version may have changed it */
	char *risk_level, *description;
};

/* The search for the lost answers of all creates of one name, or of one update. */
struct lost_answer {
	struct engine *engine;
	void (*begin)(void *lost); /* begins a round of questions: the timer's callback */
	LIST_ENTRY(lost_answer) link;
	/* the submissions of the search, in the order in which they came into doubt */
	struct submission_list submissions;
	char *name; /* the name of the creates; NULL for an update */
	struct loop_timer timer;
	bool asking;  /* a round is under way */
	bool waiting; /* the next round waits in engine->waiting_to_ask for a place */
	TAILQ_ENTRY(lost_answer) waiting_link;
	unsigned asked;	  /* rounds since lost_answer_hurry_round() */
	int64_t asked_ms; /* when the last round began, on the loop's clock */
	bool unanswered;  /* the service could not be asked in this round */
	/* this round may have missed a job: that none was found proves nothing */
	bool inconclusive;
	struct coc_call *call;

	/* ---- the members below are for creates only ---- */
	struct name_list list;
	struct candidate
		/* sorted by ID; a candidate whose content an earlier round has seen, and that has
		 * not changed since, is not asked for again */
		*candidates;
	size_t n_candidates, next; /* next: index of the candidate that is looked at */
	/* A candidate that was new to one of the creates fits a create: also ask for the candidates
	 * that all creates knew before they were sent */
	bool looks_at_known;
};

#endif
