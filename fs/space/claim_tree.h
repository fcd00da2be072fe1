/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIM_TREE_H
#define COCFS_SPACE_CLAIM_TREE_H

#include "space/caller.h"

/* Does the work of claim_name() for all job files that a rename of the directory from will bring
 * below the directory to. Returns 0 or -errno; on failure the rename must not be done. */
int claim_tree(struct space *space, fuse_req_t req, struct node *from_parent, const char *from,
	       struct node *to_parent, const char *to);

#endif
