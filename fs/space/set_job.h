/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SET_JOB_H
#define COCFS_SPACE_SET_JOB_H

#include "space/space.h"

/* A user says which job a file has. The essay is in set_job.c. */

/* Is this the name of the attribute that gives a file a job? coc.job_id and user.coc.job_id are. */
bool set_job_is_name(const char *name);

/* Binds a node's file to the job whose ID is value (size bytes, without a NUL). Answers req, in
 * this call or when the service has answered. A refusal is in the file's .error; set_job.c has the
 * cases. */
void set_job(fuse_req_t req, struct node *node, const char *value, size_t size);

/* Answers all requests of set_job() that still wait with EINTR, at the end of the mount. */
void set_job_interrupt_all(struct space *space);

#endif
