/* SPDX-License-Identifier: MIT */
/* Open files: create, open, read, write, and what a failed write means for the commit. */
#define _GNU_SOURCE
#include "space/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "space/caller.h"
#include "space/commit.h"
#include "space/control.h"
#include "space/job_name.h"
#include "space/ops.h"
#include "space/sibling.h"
#include "space/text.h"
#include "space/writers.h"

/* A write failed for a reason of the spool: what is there now is not what was meant. */
static int spoil_by_errno(struct content *content, int errnum)
{
	struct err err;

	err_set(&err, errnum, "a write to the spool failed: %s", strerror(errnum));
	err_detail(&err, "what_to_do", "make room where the state directory is, write it again");
	content_spoil(content, &err, -1);
	return -errnum;
}

static void handle_close(struct space *space, struct handle *handle)
{
	struct node *node = handle->node;
	struct content *content = node->content;
	bool last;

	handle_set_writing(handle, false);
	LIST_REMOVE(handle, link);
	if (!content->writers && node_job_link(space, node))
		content_heal(content); /* it was told: the next writer starts anew */
	last = LIST_EMPTY(&content->handles);
	content_let_go(node);
	if (!last || !node_inherit(node, handle->fd, handle->user)) {
		close(handle->fd);
		shares_give(&space->descriptors, handle->user, 1);
	}
	free(handle);
}

/* Takes one of the users' descriptors for whoever asks. Returns 0, or -EMFILE: that user has as many
 * open as are left for everybody. */
static int take_descriptor(struct space *space, fuse_req_t req)
{
	return shares_take(&space->descriptors, fuse_req_ctx(req)->uid, 1) ? 0 : -EMFILE;
}

static void give_descriptor(struct space *space, fuse_req_t req)
{
	shares_give(&space->descriptors, fuse_req_ctx(req)->uid, 1);
}

/* Makes a handle of an open descriptor, which it takes, also on failure. readable: the descriptor can
 * be read, whatever the flags are that it was opened with by the kernel. */
static int handle_open(struct space *space, fuse_req_t req, struct node *node, int take_fd,
		       bool readable, struct fuse_file_info *fi)
{
	int flags = fi->flags;
	struct content *content = content_get(node);
	struct handle *handle = content ? calloc(1, sizeof(*handle)) : NULL;

	if (!handle) {
		content_let_go(node);
		close(take_fd);
		return -ENOMEM;
	}
	handle->node = node;
	handle->fd = take_fd;
	handle->user = fuse_req_ctx(req)->uid;
	handle->readable = readable;
	handle->writable = (flags & O_ACCMODE) != O_RDONLY;
	if (handle->writable) {
		handle->opener = fuse_req_ctx(req)->pid;
		handle->newest_pid = writers_newest_pid(space);
		handle->opened_ms = loop_now_ms(space->loop);
	}
	LIST_INSERT_HEAD(&content->handles, handle, link);
	handle_set_writing(handle, handle->writable);
	if (flags & O_TRUNC) {
		content->written++;
		content_heal(content);
	}
	fi->fh = (uintptr_t)handle;
	fi->keep_cache = 1; /* nobody but the kernel writes to the spool */
	return 0;
}

/* The flags for the spool: a commit reads what was written through the same descriptor; direct I/O is
 * between the writer and us; and the kernel says where each write goes, which O_APPEND would
 * override, also for the pages of a mapping. */
static int spool_flags(int flags)
{
	if ((flags & O_ACCMODE) == O_WRONLY)
		flags = (flags & ~O_ACCMODE) | O_RDWR;
	return (flags & ~(O_APPEND | O_DIRECT | O_NOCTTY | O_NONBLOCK)) | O_NOFOLLOW | O_CLOEXEC;
}

/*
 * Opening with O_TRUNC is a write, and a write by anybody but root clears the set-user-ID bits. The
 * kernel does it by a setattr at all others and leaves this one to us; the spool's file system
 * takes us for root. Returns 0 or -errno.
 */
static int clear_set_id(const struct space *space, fuse_req_t req, int fd)
{
	mode_t gone = S_ISUID;
	struct stat st;

	if (!space->is_root || fuse_req_ctx(req)->uid == 0)
		return 0;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_mode & S_IXGRP) /* without it, it is no right but a kind of locking */
		gone |= S_ISGID;
	return st.st_mode & gone && fchmod(fd, st.st_mode & 07777 & ~gone) < 0 ? -errno : 0;
}

/* Opens a spot of the spool with the kernel's flags. Returns a descriptor or -errno. */
static int open_spot(const struct space *space, fuse_req_t req, const struct spot *spot, int flags,
		     bool *ret_readable)
{
	char path[SPOT_PATH_MAX];
	bool follow;
	int fd, r, wanted = spool_flags(flags) & ~(O_CREAT | O_EXCL);
	bool readable = true;

	if (spot->name) {
		fd = openat(spot->dirfd, spot->name, wanted);
		if (fd < 0 && errno == EACCES && (flags & O_ACCMODE) == O_WRONLY) {
			readable = false;
			fd = openat(spot->dirfd, spot->name, (wanted & ~O_ACCMODE) | O_WRONLY);
		}
	} else {
		spot_path(spot, path, &follow);
		fd = open(path, wanted & ~O_NOFOLLOW);
	}
	if (fd < 0)
		return -errno;
	r = flags & O_TRUNC ? clear_set_id(space, req, fd) : 0;
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret_readable = readable;
	return fd;
}

/* Makes a file as the caller, and opens it. Returns a descriptor or -errno. */
static int create_file(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		       int flags, mode_t mode)
{
	int fd, r, dirfd = node_dirfd(&space->nodes, parent);

	if (dirfd < 0)
		return dirfd;
	r = caller_enter(space, req);
	if (r < 0)
		return r;
	mode = view_stored_mode(&space->options->view, space->is_root, S_IFREG | mode);
	fd = openat(dirfd, name, spool_flags(flags) | O_CREAT, mode & 07777);
	r = fd < 0 ? -errno : fd;
	caller_leave(space, req);
	return r;
}

/* Makes and opens a file. Returns 0 with the entry and the handle filled, or -errno. */
static int create(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		  mode_t mode, struct fuse_entry_param *ret_entry, struct fuse_file_info *fi)
{
	_cleanup_close_ int fd = create_file(space, req, parent, name, fi->flags, mode);
	struct node *node;
	int r = fd < 0 ? fd : entry_fill(space, parent, name, ret_entry);

	if (r < 0)
		return r;
	node = node_of(&space->nodes, ret_entry->ino);
	r = handle_open(space, req, node, steal_fd(&fd), true, fi);
	if (r < 0)
		node_forget(&space->nodes, node, 1);
	return r;
}

void op_create(fuse_req_t req, fuse_ino_t parent_id, const char *name, mode_t mode,
	       struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *parent = node_of(&space->nodes, parent_id);
	struct fuse_entry_param entry;
	int r = name_check_new(space, parent, name);

	if (r == 0)
		r = take_descriptor(space, req);
	if (r < 0) {
		reply(req, r);
		return;
	}
	r = create(space, req, parent, name, mode, &entry, fi);
	if (r < 0) {
		give_descriptor(space, req);
		reply(req, r);
		return;
	}
	name_is_made(space, parent, name, S_IFREG);
	if (fuse_reply_create(req, &entry, fi) == -ENOENT) {
		/* the caller was interrupted: the kernel does not know of the answer */
		handle_close(space, handle_of(fi));
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
	}
}

void op_open(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	struct spot spot;
	bool readable = true;
	int fd, r;

	if (node->kind == NODE_SIBLING) {
		sibling_open(req, node, fi);
		return;
	}
	if (node->kind == NODE_CONTROL) {
		control_open(req, node, fi);
		return;
	}
	r = take_descriptor(space, req);
	if (r < 0) {
		reply(req, r);
		return;
	}
	r = node_spot(&space->nodes, node, &spot);
	fd = r < 0 ? r : open_spot(space, req, &spot, fi->flags, &readable);
	r = fd < 0 ? fd : handle_open(space, req, node, fd, readable, fi);
	if (r < 0) {
		give_descriptor(space, req);
		reply(req, r);
	} else if (fuse_reply_open(req, fi) == -ENOENT) {
		handle_close(space, handle_of(fi));
	}
}

void op_read(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	_cleanup_free_ char *more = NULL;
	char most[COC_CONTENT_MAX], *data = most;
	ssize_t n;

	if (node_is_derived(node)) {
		text_read(req, size, offset, fi);
		return;
	}
	if (size > sizeof(most)) {
		data = more = malloc(size);
		if (!more) {
			reply(req, -ENOMEM);
			return;
		}
	}
	n = pread(handle_of(fi)->fd, data, size, offset);
	if (n < 0)
		reply(req, -errno);
	else
		fuse_reply_buf(req, data, (size_t)n);
}

void op_write(fuse_req_t req, fuse_ino_t id, const char *data, size_t size, off_t offset,
	      struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	struct handle *handle = handle_of(fi);
	ssize_t n;
	int r = content_check_size(space, node, (uint64_t)offset + size);

	if (r < 0) {
		reply(req, r);
		return;
	}
	n = pwrite(handle->fd, data, size, offset);
	if (n < 0) {
		reply(req, spoil_by_errno(node->content, errno));
		return;
	}
	node->content->written++;
	/* it was passed to somebody who was not known to hold it; a page of a mapping comes from
	 * the kernel, through any handle */
	if (!fi->writepage)
		handle_set_writing(handle, true);
	fuse_reply_write(req, (size_t)n);
}

void op_flush(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);

	if (node_is_derived(node))
		reply(req, 0);
	else
		commit_at_flush(space, req, handle_of(fi));
}

void op_release(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);

	if (node_is_derived(node)) {
		text_release(req, fi);
		return;
	}
	commit_at_release(space, handle_of(fi));
	handle_close(space, handle_of(fi));
	reply(req, 0);
}

void op_fsync(fuse_req_t req, fuse_ino_t id, int datasync, struct fuse_file_info *fi)
{
	struct node *node = node_of(&space_of(req)->nodes, id);
	int fd, r;

	if (node_is_derived(node)) {
		reply(req, 0);
		return;
	}
	fd = handle_of(fi)->fd;
	r = datasync ? fdatasync(fd) : fsync(fd);
	reply(req, r < 0 ? -errno : 0);
}

void op_fallocate(fuse_req_t req, fuse_ino_t id, int mode, off_t offset, off_t length,
		  struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	int r = mode & FALLOC_FL_KEEP_SIZE
			? 0
			: content_check_size(space, node, (uint64_t)offset + (uint64_t)length);

	if (r == 0 && fallocate(handle_of(fi)->fd, mode, offset, length) < 0)
		r = -errno;
	if (r == 0)
		node->content->written++;
	reply(req, r);
}

void op_lseek(fuse_req_t req, fuse_ino_t id, off_t offset, int whence, struct fuse_file_info *fi)
{
	struct node *node = node_of(&space_of(req)->nodes, id);
	off_t at;

	if (node_is_derived(node)) {
		reply(req, -EINVAL);
		return;
	}
	at = lseek(handle_of(fi)->fd, offset, whence);
	if (at < 0)
		reply(req, -errno);
	else
		fuse_reply_lseek(req, at);
}
