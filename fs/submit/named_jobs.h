/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_NAMED_JOBS_H
#define COCFS_SUBMIT_NAMED_JOBS_H

#include <stddef.h>

#include "bounds/api.h"

/* Of the jobs of a story so many are named, and the others are counted; ten IDs of the longest are
 * 1,300 bytes. */
#define NAMED_JOBS_MAX 10

/* The jobs of a story: their IDs with blanks between, and how many more there are. Zero-initialise
 * it. */
struct named_jobs {
	size_t n;
	size_t used; /* bytes of the IDs */
	char text[NAMED_JOBS_MAX * (COC_DOCUMENT_ID_MAX + 1) + 32];
};

/* Adds a job, by its ID. */
void named_jobs_add(struct named_jobs *jobs, const char *id);

#endif
