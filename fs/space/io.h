/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IO_H
#define COCFS_SPACE_IO_H

#include "space/space.h"

/* Syncs a user's file or directory in a thread, and answers req. The open file keeps fd valid until
 * then. datasync: only the data. */
void file_sync(fuse_req_t req, struct node *node, int fd, uid_t user, bool datasync);

#endif
