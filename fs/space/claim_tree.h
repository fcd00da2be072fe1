/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIM_TREE_H
#define COCFS_SPACE_CLAIM_TREE_H

#include "space/caller.h"

/* Call this function before a rename of a directory, from its old name (from_parent, from) to its
 * new name (to_parent, to). The rename gives new paths to the job files below, and the ledger may
 * have rows of these paths. As claim_name() does, this function decides for each such path whether
 * its row belongs to the coming file, or is set aside. Returns 0 or -errno; on failure the rename
 * must not be done. */
int claim_tree(struct space *space, fuse_req_t req, struct node *from_parent, const char *from,
	       struct node *to_parent, const char *to);

#endif
