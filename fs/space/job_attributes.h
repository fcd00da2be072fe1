/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_JOB_ATTRIBUTES_H
#define COCFS_SPACE_JOB_ATTRIBUTES_H

#include "space/location.h"
#include "space/space.h"

/*
 * Collects the user.coc.* attributes that hold for a file: its own, and those inherited from its
 * directory upward and at last from the mount options (inherited->defaulted). Values that are not
 * valid (they were set on a scratch file, where nothing is checked) are -EINVAL with err. Returns 0
 * or -errno with err filled; the caller frees both sets in either case.
 */
int job_attributes_collect(struct space *space, const struct location *location,
			   struct node *parent, struct attr_set *own, struct attr_set *inherited,
			   struct err *err);

/* Puts an attribute on a file. Returns 0 or -errno. */
int job_attributes_put(const struct location *location, enum attr attr, const char *value);

/* Takes attributes (bits 1 << attr) from a file again, as far as that can be done. */
void job_attributes_take_back(const struct location *location, unsigned attrs);

#endif
