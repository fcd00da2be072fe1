/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_QUEUE_VIEW_H
#define COCFS_SPACE_QUEUE_VIEW_H

#include "space/text.h"

/*
 * The unfinished submissions that a user may know of: those whose .id that user could read. Every
 * one is shown to root and to the user who mounts, and on a mount of one user.
 */

/* What .coc/queue tells the caller: the rows that the caller may see, and how many others there
 * are. NULL when out of memory. */
struct text_source *queue_view_text(struct space *space, fuse_req_t req);

/*
 * Counts the submissions below a directory that .coc/queue does not show the caller, in slices, and
 * calls done with the number, or with -errno as r; room is handed on. What is beyond the rows that
 * are looked at may be below it, and counts.
 */
void queue_view_hidden(struct space *space, fuse_req_t req, struct node *dir, size_t room,
		       void (*done)(fuse_req_t req, int64_t n, int r, size_t room));

/* Ends the counts that go on, with -EINTR. */
void queue_view_finish(struct space *space);

#endif
