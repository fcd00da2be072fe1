/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_MATCH_H
#define COCFS_SUBMIT_LOST_MATCH_H

#include "job/known.h"

/*
 * Matches lost creates of one name and content with the jobs on the service that they may have
 * made. Pure. lost_match.c has the essay.
 */

/* A job of that name and content that no path is bound to. */
struct matched_job {
	const char *id;
	bool unsure; /* its content cannot be seen, so another create may have made it */
	bool alike;  /* it has that content, blanks apart, but does not fit: no create gets it */
	bool taken;  /* a create has got the job */
};

enum match_verdict {
	MATCH_NONE, /* the create has made no job */
	MATCH_JOB,  /* the create has made ->job */
	MATCH_OPEN, /* it cannot be told whether the create has made a job, and which */
};

/* Why lost creates stay open (MATCH_OPEN): it cannot be told which jobs they have made. */
enum match_reason {
	MATCH_CLEAR,
	MATCH_UNKNOWN, /* it is not known which jobs the service had before */
	MATCH_UNSEEN,  /* the content of a job cannot be seen */
	MATCH_SHARED,  /* another machine makes jobs of this name and content */
	MATCH_MANY,    /* there are more jobs than creates */
	/* a create may have made a job that the service or a person has changed since */
	MATCH_ALIKE,
};

/* A create whose answer was lost. */
struct lost_create {
	const struct known_jobs *known;
	enum match_verdict verdict;
	struct matched_job *job; /* set if verdict is MATCH_JOB */
};

/*
 * Decides for n lost creates of one name and content, which must be in the order in which their
 * questions were answered (known->number), over the m jobs of that name and content. Sets the
 * verdict of each create. Returns why some creates stay open, or MATCH_CLEAR if none does.
 */
enum match_reason lost_match_decide(struct lost_create *creates, size_t n, struct matched_job *jobs,
				    size_t m);

#endif
