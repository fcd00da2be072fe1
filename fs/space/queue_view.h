/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_QUEUE_VIEW_H
#define COCFS_SPACE_QUEUE_VIEW_H

#include "space/text.h"

/*
 * The unfinished submissions that a user may see: those whose .id file the user could read. Root
 * and the user who mounts see all submissions, and so does the user of a mount of one user.
 */

/* Returns the source of the text of .coc/queue: the rows that the caller of req may see, and how
 * many other rows there are. NULL: out of memory. */
struct text_source *queue_view_text(struct space *space, fuse_req_t req);

/*
 * Counts the unfinished submissions below a directory that .coc/queue hides from the caller of req.
 * The count runs in slices. At its end done is called once: with their number in n and r 0, or with
 * r a negative errno. room: handed to done. If the count has to stop early (viewer.c), each row
 * that was not looked at counts as hidden.
 */
void queue_view_hidden(struct space *space, fuse_req_t req, struct node *dir, size_t room,
		       void (*done)(fuse_req_t req, int64_t n, int r, size_t room));

/* Ends all counts of queue_view_hidden(), at the end of the mount: done gets -EINTR. */
void queue_view_finish(struct space *space);

#endif
