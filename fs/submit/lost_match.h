/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_MATCH_H
#define COCFS_SUBMIT_LOST_MATCH_H

#include "job/known.h"

/*
 * Which of the jobs on the service were made by lost creates of one name and content. Pure.
 * lost_match.c has the essay.
 */

/* A job of that name and content that nobody is bound to. */
struct matched_job {
	const char *id;
	bool unsure; /* its content cannot be seen: it may be another one's */
	bool alike;  /* it has that content, and something else differs: it is given to nobody */
	bool taken;  /* given to a create */
};

enum match_verdict {
	MATCH_NONE, /* no job can be the create's */
	MATCH_JOB,  /* ->job is the create's */
	MATCH_OPEN, /* it cannot be told whether a job is the create's, and which */
};

/* Why creates stay open. */
enum match_reason {
	MATCH_CLEAR,
	MATCH_UNKNOWN, /* it is not known which jobs the service had before */
	MATCH_UNSEEN,  /* the content of a job cannot be seen */
	MATCH_SHARED,  /* another machine makes jobs of this name and content */
	MATCH_MANY,    /* there are more jobs than creates */
	MATCH_ALIKE,   /* a job may be the create's, and was changed since, by the service or a
			* person */
};

/* A lost create. */
struct lost_create {
	const struct known_jobs *known;
	enum match_verdict verdict;
	struct matched_job *job; /* of MATCH_JOB */
};

/*
 * Decides for n lost creates of one name and content, in the order in which their questions were
 * answered (known->number), over the m jobs of that name and content. Returns why those are open
 * that are, MATCH_CLEAR if none is.
 */
enum match_reason lost_match_decide(struct lost_create *creates, size_t n, struct matched_job *jobs,
				    size_t m);

#endif
