/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_FIXED_H
#define COCFS_JOB_FIXED_H

#include "job/attributes.h"

/* The attributes that cannot change once a job exists: the API has no way to change them. Pure. */

/* Is it one of them? */
bool attr_is_fixed(enum attr attr);

/*
 * May an attribute of a job that exists get this value (size bytes)? made_with: the value that the
 * job was made with, or NULL. Returns 0, also for an attribute that is not fixed and for the same
 * value. -EPERM: no, with err filled; way_out is what to do besides making a new job, such as
 * "leave it".
 */
int attr_check_fixed(enum attr attr, const char *value, size_t size, const char *made_with,
		     const char *way_out, struct err *err);

#endif
