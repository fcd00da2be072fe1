/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ATTRS_H
#define COCFS_SPACE_ATTRS_H

#include "space/space.h"

/*
 * Collects the user.coc.* attributes that hold for a file: its own, and those inherited from its
 * directory upward and at last from the mount options. Values that are not valid (they were set on
 * a scratch file, where nothing is checked) are -EINVAL with err. Returns 0 or -errno with err
 * filled; the caller frees both sets in either case.
 */
int attrs_collect(struct space *space, const struct spot *spot, struct node *parent,
		  struct attr_set *own, struct attr_set *inherited, struct err *err);

#endif
