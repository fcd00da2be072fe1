/* SPDX-License-Identifier: MIT */
/* A submission asks the service for a version of a job. */
#define _GNU_SOURCE

#include "submit/submission_show.h"

#include "job/version.h"
#include "submit/state.h"

int submission_show(struct submission *submission, const char *job_id, int64_t version,
		    int64_t timeout_ms, coc_done_fn *done)
{
	const struct coc_service *service = &submission->engine->service;
	char text[VERSION_ROOM];
	struct err err = {0};

	version_write(version, text);
	return service->ops->show(service->data, job_id, version ? text : NULL, timeout_ms, done,
				  submission, &submission->call, &err);
}
