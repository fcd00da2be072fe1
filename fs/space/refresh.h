/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_REFRESH_H
#define COCFS_SPACE_REFRESH_H

#include "space/space.h"

/* Files that follow what others write on the service: refresh.c has the essay. */

/* Goes on with a request when its file is as fresh as it can be. Must answer req. fi: as it was
 * given, or NULL. */
typedef void refresh_again_fn(fuse_req_t req, struct node *node, void *fi);

/*
 * A process opens or stats a file of the spool. If a check of its job is due, this takes the
 * request and returns true: the request waits for the answer. Then again is called. But if a newer
 * text has taken the name as another inode, the request is answered with ESTALE, and the kernel
 * looks the name up again. Returns false if nothing is to be waited for.
 */
bool refresh_first(fuse_req_t req, struct node *node, const struct fuse_file_info *fi,
		   refresh_again_fn *again);

/* The mount ends: requests that wait are answered with EINTR. */
void refresh_interrupt_all(struct space *space);

#endif
