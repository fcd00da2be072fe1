/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_FIXED_H
#define COCFS_JOB_FIXED_H

#include "job/attributes.h"

/* This header: the fixed attributes, which are the project and the tags. They cannot change once a
 * job exists, because the API has no way to change them. Pure. */

#define ATTR_FIXED_BITS (1U << ATTR_ENTERPRISE_PROJECT_ID | 1U << ATTR_TAGS)

/* Is the attribute one of the fixed attributes? */
bool attr_is_fixed(enum attr attr);

/*
 * Checks whether an attribute of an existing job may get this value (size bytes). made_with is the
 * value that the job was made with, or NULL. Any value is allowed for an attribute that is not
 * fixed, and a value equal to made_with is always allowed. Returns 0 if the value is allowed, or
 * -EPERM with err filled. way_out is a text for err: what a user can do instead of making a new job
 * ("leave it").
 */
int attr_check_fixed(enum attr attr, const char *value, size_t size, const char *made_with,
		     const char *way_out, struct err *err);

/* Replaces the fixed attributes in attrs by those in sent, the attributes that were sent before: an
 * update cannot change them. Replaces attrs->unresolved by the fixed bits of sent->unresolved.
 * Returns 0 or -ENOMEM. */
int attr_keep_fixed(struct attr_set *attrs, const struct attr_set *sent);

#endif
