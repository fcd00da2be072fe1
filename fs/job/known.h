/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_KNOWN_H
#define COCFS_JOB_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/line_set.h"

/*
 * The known jobs of a create: the jobs of the same name that the service had before the create was
 * sent. cocfs asks the service for them, and records their IDs with the intent. So if the answer to
 * the create is lost, none of these jobs is the one that the create made.
 */
struct known_jobs {
	/* the rank of this set among those of all creates, in the order in which the service
	 * answered; 0: the service was not asked */
	int64_t number;
	bool partial; /* the service may have had jobs that are not in the set */
	struct line_set ids;
};

/* The most IDs that are kept for one create. If there are more, the set is partial. Until the
 * create is answered, 1,000 IDs of 24 bytes take 24 KB, and IDs of the greatest length 130 KB. */
#define KNOWN_JOBS_MAX 1000

/* Frees the IDs. Afterwards the set is empty. */
void known_finish(struct known_jobs *known);

/* Makes a set of the IDs in a text (size bytes, each ID with a line feed at its end). Returns 0 or
 * -ENOMEM. */
int known_parse(const char *text, size_t size, struct known_jobs *ret_known);

/* Is an ID in the set? If the set is partial, false does not mean that the job is new. */
bool known_has(const struct known_jobs *known, const char *id);

#endif
