/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_ANSWER_H
#define COCFS_SUBMIT_LOST_ANSWER_H

#include "submit/lost_match.h"
#include "submit/name_list.h"
#include "submit/submission.h"

/*
 * What the files share that ask what became of a submission. Those in doubt are known to doubt.c, which
 * concludes. The search for the jobs of lost creates is in lost_create.c. Whose they are is said by
 * lost_decision.c, and why nobody can tell, by open_doubt.c. Nobody else includes this.
 */

/* A job that may be what one of the creates has made, and what was seen of it when it was made. */
struct candidate {
	struct listed_job job;
	bool shown;  /* the rest is known */
	bool gone;   /* it is not there any more */
	bool unsure; /* its content cannot be seen */
	unsigned char digest[CONTENT_DIGEST_SIZE];
	char *risk_level, *description; /* NULL: not told */
};

/* The asking for all creates of one name, or for one update. */
struct inquiry {
	struct engine *engine;
	LIST_ENTRY(inquiry) link;
	struct task_list tasks; /* in the order in which they came into doubt */
	char *name;		/* of creates; NULL for an update */
	struct loop_timer timer;
	bool asking;  /* a round is under way */
	bool waiting; /* for others to end theirs */
	TAILQ_ENTRY(inquiry) waiting_link;
	unsigned asked;
	int64_t asked_ms; /* on the loop's clock: when the last round began */
	bool unanswered;  /* the service could not be asked */
	bool inconclusive; /* that nothing was found means nothing */
	struct coc_call *call;

	/* of creates */
	struct name_list list;
	struct candidate *candidates; /* by ID; what was shown in an earlier round is not asked again */
	size_t n_candidates, next;
	bool looks_at_known; /* also those that were there before, since one was found */
};

/* ---- doubt.c ---- */

/* The service could not be asked: asks again, after what answer (may be NULL) asks for. */
void inquiry_ask_failed(struct inquiry *inquiry, const struct coc_answer *answer);

/* "v12" is 12; what is not of that form is the version that is expected. */
int64_t inquiry_version(const char *version, int64_t expected);

/* Could the request of a task be under way no more when the round began? */
bool inquiry_is_settled(const struct task *task);

/* The request of a task was done. The task is asked for no more; what it was part of stays until
 * inquiry_end_round(). */
void inquiry_conclude_found(struct task *task, const char *job_id, int64_t version);

/* The round is over. What was not found by now was not done, if that is decided and the time for it is
 * over. Frees what has nothing left to ask for. */
void inquiry_end_round(struct inquiry *inquiry);

/* ---- lost_create.c ---- */

/* Looks for the jobs that the lost creates of a name may have made; ends with one of the functions above. */
void lost_create_look(struct inquiry *inquiry);

/* Frees what the last look has found. */
void lost_create_drop(struct inquiry *inquiry);

/* ---- lost_decision.c ---- */

/* Is the job in the project of the task, as far as the service tells? */
bool lost_create_is_in_project(const struct task *task, const char *project);

/* Could the job be what the task has sent? A job that was not shown yet could not. */
bool lost_create_fits(const struct candidate *candidate, const struct task *task);

/* Decides for all lost creates of a name, by the candidates that were shown. Those whose job was found are
 * asked for no more then. */
void lost_create_decide(struct inquiry *inquiry);

/* ---- open_doubt.c ---- */

/* Tells in the task's story that it cannot be known which of the jobs its create has made. The jobs are
 * those that it did not know. */
void open_doubt_tell(struct task *task, enum match_reason reason, const struct matched_job *jobs,
		     size_t n);

/* Tells that the list of jobs cannot be read, and why: half a sentence. */
void open_doubt_tell_gap(struct task *task, const char *gap);

#endif
