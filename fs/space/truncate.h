/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TRUNCATE_H
#define COCFS_SPACE_TRUNCATE_H

#include "space/disk.h"
#include "space/space.h"

/* Sets the size of a file, then the times; commits a closed job file; answers req. fi: the handle
 * that sets the size, or NULL. */
void truncate_reply(fuse_req_t req, struct node *node, const struct stat *attr, int to_set,
		    const struct fuse_file_info *fi);

/* Starts a thread that empties a file through its descriptor fd, for an open with O_TRUNC. owner
 * goes to op->owner, for answer. Returns 0 or -ENOMEM. */
int truncate_open(struct space *space, fuse_req_t req, struct node *node, int fd, void *owner,
		  void (*answer)(struct disk_op *op));

#endif
