/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SET_JOB_H
#define COCFS_SPACE_SET_JOB_H

#include "space/space.h"

/* A user says which job a file has: set_job.c has the essay. */

/* Is it the name of the attribute: coc.job_id or user.coc.job_id? */
bool set_job_is_name(const char *name);

/* Sets it to a job ID. Takes the request. */
void set_job(fuse_req_t req, struct node *node, const char *value, size_t size);

/* The mount ends: requests that wait are answered with EINTR. */
void set_job_interrupt_all(struct space *space);

#endif
