/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TEXT_H
#define COCFS_SPACE_TEXT_H

#include "base/buf.h"
#include "space/space.h"

/* Open derived files (siblings, files of .coc). A reader gets the text as it was at the open. */

/* Appends the present text of a derived file (node) to text: what the caller of req may see of it.
 * Returns 0 or -errno. */
typedef int text_writer(struct space *space, fuse_req_t req, const struct node *node,
			struct buf *text);

/*
 * The source of a long text, which is written in slices. This struct must be the first member of an
 * allocated struct, which text_open_long() frees with free(3). The function write appends the next
 * part of the text. It returns 1 (more follows), 0 (the end) or -errno.
 */
struct text_source {
	int (*write)(struct text_source *source, struct buf *text);
};

/* Answers an open of a derived file: write makes the text now. An open for writing gets EPERM. */
void text_open(fuse_req_t req, const struct node *node, text_writer *write,
	       struct fuse_file_info *fi);
/* Answers an open of a derived file with a copy of content. An open for writing gets EPERM. */
void text_open_copy(fuse_req_t req, const char *content, size_t size, struct fuse_file_info *fi);
/* Answers an open of a derived file when a source has written the whole text, slice by slice. An
 * open for writing gets EPERM. take_source is taken, also on failure; if it is NULL, the answer is
 * ENOMEM. */
void text_open_long(fuse_req_t req, struct text_source *take_source, struct fuse_file_info *fi);
/* Returns the text of an open derived file, as it was at the open. The open file owns the text. */
const struct buf *text_of(const struct fuse_file_info *fi);
/* text_read() answers a READ of an open derived file, text_release() its RELEASE. */
void text_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *fi);
void text_release(fuse_req_t req, struct fuse_file_info *fi);

/* Frees all open texts at the end of the mount. Opens that wait are answered with EINTR. */
void text_close_all(struct space *space);

#endif
