/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_NAMED_JOBS_H
#define COCFS_SUBMIT_NAMED_JOBS_H

#include <stddef.h>

#include "bounds/api.h"

/* The most jobs that a story (the text of an .error file) names. The others are only counted. Ten
 * IDs of the greatest length are 1,300 bytes. */
#define NAMED_JOBS_MAX 10

/* The jobs that a story names: their IDs with blanks between, and how many more there are.
 * Zero-initialise it. */
struct named_jobs {
	size_t n;
	size_t used; /* bytes of the IDs in text */
	char text[NAMED_JOBS_MAX * (COC_DOCUMENT_ID_MAX + 1) + 32];
};

/* Adds a job's ID to the text. If the text has NAMED_JOBS_MAX IDs already, counts the job there:
 * "and N more". */
void named_jobs_add(struct named_jobs *jobs, const char *id);

#endif
