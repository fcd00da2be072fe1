/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ENTRY_H
#define COCFS_SPACE_ENTRY_H

#include "space/space.h"

/*
 * Fills the answer for a name of the spool and gives the kernel a reference: exactly one reply must
 * carry it, or the reference is given back with node_forget(). Returns 0 or -errno.
 */
int entry_fill(struct space *space, struct node *parent, const char *name,
	       struct fuse_entry_param *ret_entry);

/* Answers with a name that is there now. */
void entry_reply(fuse_req_t req, struct node *parent, const char *name);

#endif
