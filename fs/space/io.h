/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IO_H
#define COCFS_SPACE_IO_H

#include "space/space.h"

/* Syncs a descriptor of a file or directory, a user's, which its open file keeps alive; answers. */
void file_sync(fuse_req_t req, struct node *node, int fd, uid_t user, bool datasync);

#endif
