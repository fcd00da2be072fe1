/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_ANSWER_H
#define COCFS_SUBMIT_LOST_ANSWER_H

#include "submit/lost_match.h"
#include "submit/name_list.h"
#include "submit/submission.h"

/*
 * What the files share that ask what became of a submission. Those in doubt are known to
 * lost_answer.c, which concludes. The search for the jobs of lost creates is in lost_create.c.
 * Whose they are is said by lost_decision.c, and why nobody can tell, by undecided.c. Nobody else
 * includes this.
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

/* ---- lost_answer.c ---- */

/* The service could not be asked: asks again, after what answer (may be NULL) asks for. */
void lost_answer_ask_failed(struct lost_answer *lost, const struct coc_answer *answer);

/* "v12" is 12; what is not of that form is the version that is expected. */
int64_t lost_answer_version(const char *version, int64_t expected);

/* Could the request of a submission be under way no more when the round began? */
bool lost_answer_is_settled(const struct submission *submission);

/* The request of a submission was done. The submission is asked for no more; what it was part of
 * stays until lost_answer_end_round(). */
void lost_answer_conclude_found(struct submission *submission, const char *job_id, int64_t version);

/* The round is over. What was not found by now was not done, if that is decided and the time for it
 * is over. Frees what has nothing left to ask for. */
void lost_answer_end_round(struct lost_answer *lost);

/* ---- lost_create.c ---- */

/* Looks for the jobs that the lost creates of a name may have made; ends with one of the functions
 * above. */
void lost_create_look(struct lost_answer *lost);

/* Frees what the last look has found. */
void lost_create_drop(struct lost_answer *lost);

/* ---- lost_decision.c ---- */

/* Could the job be what the submission has sent? A job that was not shown yet could not. */
bool lost_create_fits(const struct candidate *candidate, const struct submission *submission);

/* Has the job the content that the submission has sent, but for white space? */
bool lost_create_is_alike(const struct candidate *candidate, const struct submission *submission);

/* Decides for all lost creates of a name, by the candidates that were shown. Those whose job was
 * found are asked for no more then. */
void lost_create_decide(struct lost_answer *lost);

/* ---- undecided.c ---- */

/* Tells in the submission's story that it cannot be known which of the jobs its create has made.
 * The jobs are those that it did not know. */
void undecided_tell(struct submission *submission, enum match_reason reason,
		    const struct matched_job *jobs, size_t n);

/* Tells that the list of jobs cannot be read, and why: half a sentence. */
void undecided_tell_gap(struct submission *submission, const char *gap);

#endif
