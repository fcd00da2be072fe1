/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_QUEUE_VIEW_H
#define COCFS_SPACE_QUEUE_VIEW_H

#include "base/buf.h"
#include "space/space.h"

/*
 * The unfinished submissions that a user may know of: those whose .id that user could read. Every one is
 * shown to root and to the user who mounts, and on a mount of one user.
 */

/* Appends what .coc/queue tells the caller: the rows that the caller may see, and how many others there are.
 * 0 or -errno. */
int queue_view_write(struct space *space, fuse_req_t req, struct buf *text);

/* How many submissions below a directory .coc/queue does not show the caller. What is beyond the rows that
 * are looked at may be below it, and counts. Returns 0 or -errno. */
int queue_view_hidden(struct space *space, fuse_req_t req, struct node *dir, int64_t *ret_n);

#endif
