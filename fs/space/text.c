/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

/* An open derived file. */
struct open_text {
	struct buf text;
	LIST_ENTRY(open_text) link;
};

static struct open_text *text_of(const struct fuse_file_info *fi)
{
	return (struct open_text *)(uintptr_t)fi->fh;
}

static void text_close(struct open_text *open)
{
	LIST_REMOVE(open, link);
	buf_finish(&open->text);
	free(open);
}

void text_open(fuse_req_t req, const struct node *node, text_writer *write,
	       struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct open_text *open;
	int r;

	if ((fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC)) {
		reply(req, -EPERM);
		return;
	}
	open = calloc(1, sizeof(*open));
	if (!open) {
		reply(req, -ENOMEM);
		return;
	}
	LIST_INSERT_HEAD(&space->texts, open, link);
	r = write(space, req, node, &open->text);
	if (r < 0) {
		text_close(open);
		reply(req, r);
		return;
	}
	fi->fh = (uintptr_t)open;
	fi->direct_io = 1; /* what is read is the text of now, whatever was cached */
	if (fuse_reply_open(req, fi) == -ENOENT)
		text_close(open);
}

void text_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *fi)
{
	const struct buf *text = &text_of(fi)->text;
	size_t at = (size_t)offset < text->size ? (size_t)offset : text->size;
	size_t left = text->size - at;

	fuse_reply_buf(req, text->data + at, size < left ? size : left);
}

void text_release(fuse_req_t req, struct fuse_file_info *fi)
{
	text_close(text_of(fi));
	reply(req, 0);
}

void text_close_all(struct space *space)
{
	while (!LIST_EMPTY(&space->texts))
		text_close(LIST_FIRST(&space->texts));
}
