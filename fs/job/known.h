/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_KNOWN_H
#define COCFS_JOB_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The known jobs of a create: the IDs of the jobs of its name that the service had before the
 * create was sent. They are recorded with the intent. So if the create is lost, none of them is the
 * job that it made.
 */
struct known_jobs {
	int64_t number;	  /* counts the questions in the order of their answers; 0: not asked */
	bool partial;	  /* the list is not complete: a job that is not in it may be known too */
	char *text;	  /* the IDs, each with a line feed at its end; owned */
	const char **ids; /* the IDs, sorted; owned */
	size_t n;
};

/* The most IDs that are kept for one create; beyond that the set is partial. 1,000 IDs of 24 bytes
 * take 24 KB, of the longest 130 KB, while the create is under way. */
#define KNOWN_JOBS_MAX 1000

void known_finish(struct known_jobs *known);

/* Makes a set of the IDs in a text (size bytes, each ID with a line feed at its end). Returns 0 or
 * -ENOMEM. */
int known_parse(const char *text, size_t size, struct known_jobs *ret_known);

/* Is an ID in the set? */
bool known_has(const struct known_jobs *known, const char *id);

#endif
