/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TRUNCATE_H
#define COCFS_SPACE_TRUNCATE_H

#include "space/disk.h"
#include "space/space.h"

/* Sets the size, then the times, commits a closed job file, and answers. fi: NULL, or of the handle
 * that the size is set through. */
void truncate_reply(fuse_req_t req, struct node *node, const struct stat *attr, int to_set,
		    const struct fuse_file_info *fi);

/* Has a thread empty a file through its descriptor, as O_TRUNC does, for an open whose owner answer
 * knows. Returns 0 or -ENOMEM. */
int truncate_open(struct space *space, fuse_req_t req, struct node *node, int fd, void *owner,
		  void (*answer)(struct disk_op *op));

#endif
