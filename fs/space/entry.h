/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ENTRY_H
#define COCFS_SPACE_ENTRY_H

#include "space/space.h"

/*
 * Fills the answer for a name of the spool and gives the kernel a reference. Send the answer in
 * exactly one reply, or give the reference back with node_forget(). Returns 0 or -errno.
 */
int entry_fill(struct space *space, struct node *parent, const char *name,
	       struct fuse_entry_param *ret_entry);

/* Answers a request that has made a name, such as mknod or link: with the node and the attributes
 * of its file, or with an error. */
void entry_reply(fuse_req_t req, struct node *parent, const char *name);

#endif
