/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TEXT_H
#define COCFS_SPACE_TEXT_H

#include "base/buf.h"
#include "space/space.h"

/* Open derived files (siblings, .coc): what is read is the text as it was at the open. */

/* Appends what a derived file says now to the caller of req. 0 or -errno. */
typedef int text_writer(struct space *space, fuse_req_t req, const struct node *node,
			struct buf *text);

/*
 * What a long text is written from, in slices: the first member of something that is allocated, and
 * freed with free(3). write appends some of the text: 1 if there is more, 0 at the end, or -errno.
 */
struct text_source {
	int (*write)(struct text_source *source, struct buf *text);
};

/* The replies to the requests. Opening for writing is EPERM. */
void text_open(fuse_req_t req, const struct node *node, text_writer *write,
	       struct fuse_file_info *fi);
/* The same for a text that is at hand. */
void text_open_copy(fuse_req_t req, const char *content, size_t size, struct fuse_file_info *fi);
/* The same for a text that takes long: the open is answered when all of it is written. The source
 * is taken; NULL is out of memory. */
void text_open_long(fuse_req_t req, struct text_source *take_source, struct fuse_file_info *fi);
/* What an open text says. */
const struct buf *text_of(const struct fuse_file_info *fi);
void text_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *fi);
void text_release(fuse_req_t req, struct fuse_file_info *fi);

/* Frees those that are open when the mount ends. Opens that wait are answered with EINTR. */
void text_close_all(struct space *space);

#endif
