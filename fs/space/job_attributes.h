/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_JOB_ATTRIBUTES_H
#define COCFS_SPACE_JOB_ATTRIBUTES_H

#include "space/location.h"
#include "space/space.h"

/*
 * Collects the user.coc.* attributes that hold for a job file. own gets the attributes of the file
 * itself. inherited gets those of the directories above; the nearest directory wins. An attribute
 * that no directory has comes from the mount options, and has its bit in inherited->defaulted.
 * Returns -EINVAL if a value is not valid: cocfs does not check values when they are set on a
 * scratch file. Returns 0, or -errno with err filled. The caller frees both sets in either case.
 */
int job_attributes_collect(struct space *space, const struct location *location,
			   struct node *parent, struct attr_set *own, struct attr_set *inherited,
			   struct err *err);

/* Stores an attribute of jobs on a file of the spool, as the extended attribute user.coc.NAME. The
 * value is not checked. Returns 0 or -errno. */
int job_attributes_put(const struct location *location, enum attr attr, const char *value);

/* Removes attributes of jobs from a file. attrs: a bit 1 << attr for each (enum attr). A failure is
 * only logged. */
void job_attributes_take_back(const struct location *location, unsigned attrs);

#endif
