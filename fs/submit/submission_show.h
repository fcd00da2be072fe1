/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMISSION_SHOW_H
#define COCFS_SUBMIT_SUBMISSION_SHOW_H

#include "submit/state.h"

/* Asks the service for a version of a job; version 0 is the newest. submission->call is that call
 * until done is called. Returns 0, or -errno if nothing is asked. */
int submission_show(struct submission *submission, const char *job_id, int64_t version,
		    int64_t timeout_ms, coc_done_fn *done);

#endif
