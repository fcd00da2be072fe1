/* SPDX-License-Identifier: MIT */
#include "submit/named_jobs.h"

#include <stdio.h>

void named_jobs_add(struct named_jobs *jobs, const char *id)
{
	const size_t room = sizeof(jobs->text) - jobs->used;
	char *end = jobs->text + jobs->used;

	if (jobs->n++ < NAMED_JOBS_MAX)
		jobs->used += (size_t)snprintf(end, room, "%s%s", jobs->used ? " " : "", id);
	else
		snprintf(end, room, " and %zu more", jobs->n - NAMED_JOBS_MAX);
}
