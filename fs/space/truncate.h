/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TRUNCATE_H
#define COCFS_SPACE_TRUNCATE_H

#include "space/disk.h"
#include "space/space.h"

/* Sets the size of a node's file to attr->st_size, then the times that to_set names. fi: the open
 * file through which the size is set; its close commits. fi NULL: a job file that is not open for
 * writing, and not empty now, is committed. Answers req, maybe later. */
void truncate_reply(fuse_req_t req, struct node *node, const struct stat *attr, int to_set,
		    const struct fuse_file_info *fi);

/* Starts a thread that empties the file of the descriptor fd, for an open with O_TRUNC. At the end
 * the loop calls answer, which finds owner in op->owner, and 0 or -errno in op->result. Returns 0,
 * or -ENOMEM: nothing is begun. */
int truncate_open(struct space *space, fuse_req_t req, struct node *node, int fd, void *owner,
		  void (*answer)(struct disk_op *op));

#endif
