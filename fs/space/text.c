/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* An open derived file, or an open that waits until the text is written. */
struct open_text {
	/* in space->slices while the text is being written */
	struct sliced sliced;
	LIST_ENTRY(open_text) link;
	struct space *space;
	struct buf text;
	uid_t user;
	size_t charged; /* bytes charged to the user's memory */
	/* these three are used until the open is answered */
	struct text_source *source;
	fuse_req_t req;
	struct fuse_file_info fi;
};

static struct open_text *open_text_of(const struct fuse_file_info *fi)
{
	return (struct open_text *)(uintptr_t)fi->fh;
}

static void text_close(struct open_text *open)
{
	LIST_REMOVE(open, link);
	free(open->source);
	if (open->charged)
		shares_give(&open->space->memory, open->user, open->charged);
	buf_finish(&open->text);
	free(open);
}

/* Charges the user for the bytes that the text has grown by since the last call. Returns 0, or
 * -EMFILE: the user's share of memory is used up. */
static int charge_text(struct open_text *open)
{
	size_t size = sizeof(*open) + open->text.size, more = size - open->charged;

	if (!more)
		return 0;
	if (!shares_take(&open->space->memory, open->user, more))
		return -EMFILE;
	open->charged = size;
	return 0;
}

/* Makes an open text without content. Returns 0, -EPERM (the open is for writing) or -ENOMEM. */
static int text_make(fuse_req_t req, const struct fuse_file_info *fi, struct open_text **ret_open)
{
	struct open_text *open;

	if ((fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC))
		return -EPERM;
	open = calloc(1, sizeof(*open));
	if (!open)
		return -ENOMEM;
	open->space = space_of(req);
	open->user = fuse_req_ctx(req)->uid;
	open->req = req;
	open->fi = *fi;
	LIST_INSERT_HEAD(&open->space->texts, open, link);
	*ret_open = open;
	return 0;
}

/* Answers the open. r: 0 if the text is whole, or a negative errno. If r is negative, or the user's
 * share of memory is used up (EMFILE), the answer is that error, and open is freed. */
static void answer_open(struct open_text *open, int r)
{
	fuse_req_t req = open->req;

	free(steal_ptr(open->source));
	if (r == 0)
		r = charge_text(open);
	if (r < 0) {
		text_close(open);
		reply(req, r);
		return;
	}
	open->req = NULL;
	open->fi.fh = (uintptr_t)open;
	open->fi.direct_io = 1; /* no page cache: a cache may have an older text */
	if (fuse_reply_open(req, &open->fi) == -ENOENT)
		text_close(open);
}

void text_open(fuse_req_t req, const struct node *node, text_writer *write,
	       struct fuse_file_info *fi)
{
	struct open_text *open;
	int r = text_make(req, fi, &open);

	if (r < 0)
		reply(req, r);
	else
		answer_open(open, write(open->space, req, node, &open->text));
}

void text_open_copy(fuse_req_t req, const char *content, size_t size, struct fuse_file_info *fi)
{
	struct open_text *open;
	int r = text_make(req, fi, &open);

	if (r < 0)
		reply(req, r);
	else
		answer_open(open, buf_append(&open->text, content, size));
}

/* Has the source append the next slice of the text. Returns true if more follows. Otherwise the
 * open was answered: with the whole text, or with an error (also if the user's memory is used
 * up). */
static bool write_slice(struct open_text *open)
{
	int r = open->source->write(open->source, &open->text);

	if (r > 0) {
		r = charge_text(open);
		if (r == 0)
			return true;
	}
	answer_open(open, r);
	return false;
}

static bool run_text_slice(struct sliced *sliced)
{
	return write_slice((struct open_text *)sliced);
}

void text_open_long(fuse_req_t req, struct text_source *take_source, struct fuse_file_info *fi)
{
	struct open_text *open;
	int r = take_source ? text_make(req, fi, &open) : -ENOMEM;

	if (r < 0) {
		free(take_source);
		reply(req, r);
		return;
	}
	open->source = take_source;
	open->sliced.run = run_text_slice;
	if (write_slice(open))
		slices_add(&open->space->slices, &open->sliced);
}

const struct buf *text_of(const struct fuse_file_info *fi)
{
	return &open_text_of(fi)->text;
}

void text_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *fi)
{
	const struct buf *text = &open_text_of(fi)->text;
	size_t at = (size_t)offset < text->size ? (size_t)offset : text->size;
	size_t left = text->size - at;

	fuse_reply_buf(req, text->data + at, size < left ? size : left);
}

void text_release(fuse_req_t req, struct fuse_file_info *fi)
{
	text_close(open_text_of(fi));
	reply(req, 0);
}

void text_close_all(struct space *space)
{
	struct open_text *open;

	while ((open = LIST_FIRST(&space->texts))) {
		if (open->req) {
			slices_drop(&space->slices, &open->sliced);
			reply(open->req, -EINTR);
		}
		text_close(open);
	}
}
