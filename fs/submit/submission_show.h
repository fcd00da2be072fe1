/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMISSION_SHOW_H
#define COCFS_SUBMIT_SUBMISSION_SHOW_H

#include "submit/state.h"

/* Has the service show a version of a job, 0: the newest; submission->call is that call. Returns 0;
 * -errno: nothing is asked. */
int submission_show(struct submission *submission, const char *job_id, int64_t version,
		    int64_t timeout_ms, coc_done_fn *done);

#endif
