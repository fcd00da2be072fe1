/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_FIXED_H
#define COCFS_JOB_FIXED_H

#include "job/attributes.h"

/* The attributes that cannot change once a job exists: the API has no way to change them. Pure. */

#define ATTR_FIXED_BITS (1U << ATTR_ENTERPRISE_PROJECT_ID | 1U << ATTR_TAGS)

/* Is it one of them? */
bool attr_is_fixed(enum attr attr);

/*
 * May an attribute of a job that exists get this value (size bytes)? made_with is the value that
 * the job was made with, or NULL. An attribute that is not fixed may, and so may the same value.
 * Returns 0 or -EPERM with err filled. way_out says what a user can do besides making a new job
 * ("leave it").
 */
int attr_check_fixed(enum attr attr, const char *value, size_t size, const char *made_with,
		     const char *way_out, struct err *err);

/* What an update cannot change is what was sent, or stays unknown. Returns 0 or -ENOMEM. */
int attr_keep_fixed(struct attr_set *attrs, const struct attr_set *sent);

#endif
