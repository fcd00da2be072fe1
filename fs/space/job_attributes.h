/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_JOB_ATTRIBUTES_H
#define COCFS_SPACE_JOB_ATTRIBUTES_H

#include "space/location.h"
#include "space/space.h"

/*
 * Collects the user.coc.* attributes that hold for a file. own gets the file's. inherited gets
 * those of the directories above, the nearest first, and last those of the mount options
 * (inherited->defaulted). A value that is not valid is -EINVAL: values on scratch files are not
 * checked when they are set. Returns 0, or -errno with err filled. The caller frees both sets in
 * either case.
 */
int job_attributes_collect(struct space *space, const struct location *location,
			   struct node *parent, struct attr_set *own, struct attr_set *inherited,
			   struct err *err);

/* Stores an attribute of jobs on a file of the spool, as the extended attribute user.coc.NAME. The
 * value is not checked. Returns 0 or -errno. */
int job_attributes_put(const struct location *location, enum attr attr, const char *value);

/* Removes attributes of jobs (bits 1 << attr) from a file. A failure is only logged. */
void job_attributes_take_back(const struct location *location, unsigned attrs);

#endif
