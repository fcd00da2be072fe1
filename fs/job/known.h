/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_KNOWN_H
#define COCFS_JOB_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The known jobs of a create: the IDs of the jobs of its name that the service had before the
 * create was sent. They are recorded with the intent. A lost create has made none of them.
 */
struct known_jobs {
	int64_t number;	  /* rising in the order in which questions were answered; 0: not asked */
	bool partial;	  /* there may be others: that a job is not among them proves nothing */
	char *text;	  /* the IDs, each with a line feed at its end; owned */
	const char **ids; /* the same, sorted; owned */
	size_t n;
};

/* How many IDs are kept for one create; with more the set is partial. 1,000 of 24 bytes are 24 KB,
 * of the longest 130 KB, while the create is under way. */
#define KNOWN_JOBS_MAX 1000

void known_finish(struct known_jobs *known);

/* Makes the set of the IDs in a text (size bytes, each ID with a line feed at its end). Returns 0
 * or -ENOMEM. */
int known_parse(const char *text, size_t size, struct known_jobs *ret_known);

/* Is an ID among them? */
bool known_has(const struct known_jobs *known, const char *id);

#endif
