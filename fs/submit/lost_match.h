/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_MATCH_H
#define COCFS_SUBMIT_LOST_MATCH_H

#include "job/known.h"

/*
 * Matches lost creates of one name and content with the jobs on the service that they may have
 * made. Pure. The comment at the top of lost_match.c has the rules.
 */

/* A job of the creates' name that no path is bound to. It has their content, or may have it. */
struct matched_job {
	const char *id;
	bool unsure; /* its content cannot be seen: it may be no job of theirs at all */
	/* the job has the content of the creates (blanks may differ), but another value differs,
	 * such as the project: the job is given to no create */
	bool alike;
	bool taken; /* set by lost_match_decide(): a create has got the job */
};

enum match_verdict {
	MATCH_NONE, /* the create has made no job */
	MATCH_JOB,  /* the create has made ->job */
	/* the create stays open: it cannot be told whether it has made a job, and which */
	MATCH_OPEN,
};

/* Why some lost creates stay open (MATCH_OPEN). */
enum match_reason {
	MATCH_CLEAR,   /* no create stays open */
	MATCH_UNKNOWN, /* it is not known which jobs the service had before */
	MATCH_UNSEEN,  /* the content of a job cannot be seen */
	MATCH_SHARED,  /* another machine makes jobs of this name and content */
	MATCH_MANY,    /* a job is left over, or there are too many to compare */
	/* a create may have made a job that the service or a person has changed since */
	MATCH_ALIKE,
};

/* A create whose answer was lost. */
struct lost_create {
	/* the jobs that the service had before the create was sent */
	const struct known_jobs *known;
	enum match_verdict verdict; /* set by lost_match_decide() */
	struct matched_job *job;    /* set if verdict is MATCH_JOB */
};

/*
 * Decides for n lost creates of one name and content, over the m jobs of that name that have the
 * content, or may have it. The creates must be in the order in which the service answered the
 * questions before them (known->number). Sets the verdict of each create. Returns why some creates
 * stay open, or MATCH_CLEAR if none does.
 */
enum match_reason lost_match_decide(struct lost_create *creates, size_t n, struct matched_job *jobs,
				    size_t m);

#endif
