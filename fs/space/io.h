/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IO_H
#define COCFS_SPACE_IO_H

#include "space/space.h"

/* Syncs the file or directory fd in a thread, and then answers req. The work counts as this user's.
 * fd must stay open until the answer. datasync: sync only the data, as fdatasync(2) does. */
void file_sync(fuse_req_t req, struct node *node, int fd, uid_t user, bool datasync);

#endif
