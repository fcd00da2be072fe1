/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_H
#define COCFS_SUBMIT_LOST_H

#include "submit/lost_match.h"
#include "submit/name_list.h"
#include "submit/state.h"

/*
 * What the files share that ask what became of a submission. A search begins in lost_answer.c. The
 * rounds of questions run in lost_round.c, which also concludes. The jobs of lost creates are
 * searched in lost_create.c. Which create made which job is decided in lost_decision.c. If nobody
 * can tell, undecided.c says why.
 */

/* A job that one of the lost creates may have made, and its first version as it was made. */
struct candidate {
	struct listed_job job;
	bool shown;  /* the service has shown the job: the members below are known */
	bool unsure; /* the content of its first version cannot be seen */
	unsigned char digest[CONTENT_DIGEST_SIZE], gist[CONTENT_DIGEST_SIZE];
	char *risk_level, *description; /* NULL: the service does not tell it */
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
	bool waiting; /* the round waits until other searches have ended theirs */
	TAILQ_ENTRY(lost_answer) waiting_link;
	unsigned asked;
	int64_t asked_ms;  /* when the last round began, on the loop's clock */
	bool unanswered;   /* the service could not be asked in this round */
	bool inconclusive; /* this round may have missed a job: "nothing found" proves nothing */
	struct coc_call *call;

	/* ---- the members below are for creates only ---- */
	struct name_list list;
	struct candidate
		/* sorted by ID; a candidate that was shown in an earlier round is not asked for
		 * again */
		*candidates;
	size_t n_candidates, next;
	/* also look at jobs that were there before the create, because one such was found */
	bool looks_at_known;
};

#endif
