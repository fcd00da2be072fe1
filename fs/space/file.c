/* SPDX-License-Identifier: MIT */
/* Open files: create, open, release. */
#define _GNU_SOURCE
#include "space/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "space/backup.h"
#include "space/caller.h"
#include "space/closing.h"
#include "space/control.h"
#include "space/disk.h"
#include "space/entry.h"
#include "space/half.h"
#include "space/import.h"
#include "space/import_edit.h"
#include "space/import_fetch.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/new_name.h"
#include "space/ops.h"
#include "space/proc.h"
#include "space/reading.h"
#include "space/refresh.h"
#include "space/sibling.h"
#include "space/text.h"
#include "space/truncate.h"

/* Call this when no handle can write any more: forgets who wrote, and a job file's refusal. */
static void end_writing(struct space *space, const struct handle *handle)
{
	struct content *content = handle->node->content;

	if (node_job_name(space, handle->node))
		content_heal(content); /* the close or .error has reported the refusal */
	else if (content->filled && handle->ending != ENDING_KILLED)
		/* the file was written anew, and no signal killed its writer: it is whole */
		half_end(handle->fd);
	content->filled = false;
	contributors_clear(&content->contributors);
}

static void handle_close(struct space *space, struct handle *handle)
{
	struct node *node = handle->node;
	struct content *content = node->content;
	bool last;

	handle_set_writing(handle, false);
	LIST_REMOVE(handle, link);
	if (!content->writers)
		end_writing(space, handle);
	last = LIST_EMPTY(&content->handles);
	content_let_go(node);
	if (!last || !node_inherit(node, handle->fd, handle->user)) {
		disk_close(space, handle->fd, handle->user);
		shares_give(&space->descriptors, handle->user, 1);
	}
	free(handle);
}

/* Call this when the kernel closes a handle. Clears node->has_old_pages: the kernel dropped the
 * pages at the open. While another handle is open, which the kernel may not know yet, the flag
 * stays. */
static void forget_old_pages(const struct handle *handle)
{
	struct node *node = handle->node;

	if (LIST_FIRST(&node->content->handles) == handle && !LIST_NEXT(handle, link))
		node->has_old_pages = false;
}

/* Charges the caller for one descriptor. Returns 0, or -EMFILE: the caller's share is used up. */
static int take_descriptor(struct space *space, fuse_req_t req)
{
	return shares_take(&space->descriptors, fuse_req_ctx(req)->uid, 1) ? 0 : -EMFILE;
}

static void give_descriptor(struct space *space, fuse_req_t req)
{
	shares_give(&space->descriptors, fuse_req_ctx(req)->uid, 1);
}

/* Makes a handle for an open descriptor. Takes take_fd, also on failure. readable: cocfs can read
 * through take_fd, although the process may have opened the file with O_WRONLY. reads: the process
 * may read the text that is in the file now. Returns 0 with fi->fh set, or -ENOMEM. */
static int handle_open(struct space *space, fuse_req_t req, struct node *node, int take_fd,
		       bool readable, bool reads, struct fuse_file_info *fi)
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
	handle->opener = proc_process(fuse_req_ctx(req)->pid);
	if (reads)
		reading_note(space, handle->opener, node);
	if (handle->writable) {
		handle->newest_pid = sight_newest_pid(&space->sight);
		handle->opened_ms = loop_now_ms(space->loop);
		backup_written(space, node);
		content->was_job |= node_job_name(space, node) != NULL;
	}
	LIST_INSERT_HEAD(&content->handles, handle, link);
	handle_set_writing(handle, handle->writable);
	if (flags & O_TRUNC) {
		content_note_written(space, node);
		content_note_emptied(content);
	}
	fi->fh = (uintptr_t)handle;
	/* The kernel may use the pages of an earlier open, because only the kernel and incoming.c
	 * write to the spool. But the first read of an unread text must reach us (reading.c). */
	fi->keep_cache = !node->has_old_pages && !node->is_unread;
	return 0;
}

/* Returns the flags for the spool's file. O_RDWR in place of O_WRONLY: a commit reads through the
 * writer's descriptor. No O_DIRECT: direct I/O is between the writer and us. No O_APPEND: the
 * kernel says where each write goes, also for pages of a mapping. O_NONBLOCK: an open must not
 * wait. */
static int spool_flags(int flags)
{
	if ((flags & O_ACCMODE) == O_WRONLY)
		flags = (flags & ~O_ACCMODE) | O_RDWR;
	return (flags & ~(O_APPEND | O_DIRECT)) | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
}

/* Checks that an opened file is regular, as the kernel believes. Another program may have put a
 * FIFO into the spool in its place. Returns 0, -EIO (no regular file) or another -errno. */
static int check_regular(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? 0 : -EIO;
}

/* Clears set-user-ID and set-group-ID of a file that is opened with O_TRUNC, as any write by
 * another user than root does. The kernel sends a setattr for other writes, but none for this open.
 * The spool's file system does not clear them, because we run as root. Returns 0 or -errno. */
static int clear_set_id(const struct space *space, fuse_req_t req, int fd)
{
	mode_t gone = S_ISUID;
	struct stat st;

	if (!space->is_root || fuse_req_ctx(req)->uid == 0)
		return 0;
	if (fstat(fd, &st) < 0)
		return -errno;
	/* without S_IXGRP, S_ISGID means mandatory locking: it gives no right, and stays */
	if (st.st_mode & S_IXGRP)
		gone |= S_ISGID;
	return st.st_mode & gone && fchmod(fd, st.st_mode & 07777 & ~gone) < 0 ? -errno : 0;
}

/* Opens a file of the spool with the flags of the kernel's open. *ret_readable: may cocfs read
 * through the descriptor? Returns a descriptor or -errno. */
static int open_location(const struct space *space, fuse_req_t req, const struct location *location,
			 int flags, bool *ret_readable)
{
	char path[LOCATION_PATH_MAX];
	bool follow;
	int fd, r, wanted = spool_flags(flags) & ~(O_CREAT | O_EXCL);
	bool readable = true;

	if (location->name) {
		fd = openat(location->dirfd, location->name, wanted);
		if (fd < 0 && errno == EACCES && (flags & O_ACCMODE) == O_WRONLY) {
			readable = false;
			fd = openat(location->dirfd, location->name,
				    (wanted & ~O_ACCMODE) | O_WRONLY);
		}
	} else {
		location_path(location, path, &follow);
		fd = open(path, wanted & ~O_NOFOLLOW);
	}
	if (fd < 0)
		return -errno;
	r = check_regular(fd);
	if (r == 0 && (flags & O_TRUNC))
		r = clear_set_id(space, req, fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret_readable = readable;
	return fd;
}

/* Makes a file of the caller's, and opens it. Returns a descriptor or -errno. */
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
	r = fd < 0 ? -errno : check_regular(fd);
	caller_leave(space, req);
	if (r < 0 && fd >= 0)
		close(fd);
	return r < 0 ? r : fd;
}

/* Makes and opens a file. Returns 0 with the entry and the handle filled, or -errno. */
static int make_and_open(struct space *space, fuse_req_t req, struct node *parent, const char *name,
			 mode_t mode, struct fuse_entry_param *ret_entry, struct fuse_file_info *fi)
{
	_cleanup_close_ int fd = create_file(space, req, parent, name, fi->flags, mode);
	struct node *node;
	int r = fd < 0 ? fd : backup_made(space, req, parent, name, true);

	if (r >= 0)
		r = name_claim_made(req, parent, name);
	if (r >= 0)
		r = entry_fill(space, parent, name, ret_entry);
	if (r < 0)
		return r;
	node = node_of(&space->nodes, ret_entry->ino);
	r = handle_open(space, req, node, steal_fd(&fd), true, false, fi);
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
	int r = name_check_new(req, parent, name);

	/* since the LOOKUP a scan has made an import of this name: the kernel must look again */
	if (r == 0 && import_is(space, parent, name))
		r = -ESTALE;
	if (r == 0)
		r = take_descriptor(space, req);
	if (r < 0) {
		reply(req, r);
		return;
	}
	r = make_and_open(space, req, parent, name, mode, &entry, fi);
	if (r < 0) {
		give_descriptor(space, req);
		reply(req, r);
		return;
	}
	name_is_made(space, parent, name, S_IFREG);
	if (fuse_reply_create(req, &entry, fi) == -ENOENT) {
		/* the caller was interrupted, so the kernel has no handle: undo all but the file */
		handle_close(space, handle_of(fi));
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
	}
}

/* Can a process read the present text of the file through this open? */
static bool opens_to_read(const struct fuse_file_info *fi)
{
	return (fi->flags & O_ACCMODE) != O_WRONLY && !(fi->flags & O_TRUNC);
}

/* Answers an open for which take_descriptor() has charged the caller. take_fd is the opened file,
 * and is taken; or the -errno of the open, which is the answer then. */
static void finish_open(fuse_req_t req, struct node *node, int take_fd, bool readable,
			struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	int r = take_fd < 0
			? take_fd
			: handle_open(space, req, node, take_fd, readable, opens_to_read(fi), fi);

	if (r < 0) {
		give_descriptor(space, req);
		reply(req, r);
	} else if (fuse_reply_open(req, fi) == -ENOENT) {
		handle_close(space, handle_of(fi));
	}
}

/* The arguments of an open with O_TRUNC, kept while a thread empties the file. */
struct emptying {
	struct fuse_file_info fi;
	bool readable;
};

static void answer_emptied(struct disk_op *op)
{
	struct emptying *emptying = op->owner;
	int r = (int)op->result;

	if (r == 0)
		r = clear_set_id(op->space, op->req, op->fd);
	if (r < 0)
		close(op->fd);
	finish_open(op->req, op->node, r < 0 ? r : op->fd, emptying->readable, &emptying->fi);
	free(emptying);
}

/* Starts a thread that empties a file. Returns 0 and takes take_fd, or returns -ENOMEM. */
static int empty_later(fuse_req_t req, struct node *node, int take_fd, bool readable,
		       const struct fuse_file_info *fi)
{
	struct emptying *emptying = malloc(sizeof(*emptying));
	int r;

	if (!emptying)
		return -ENOMEM;
	*emptying = (struct emptying){.fi = *fi, .readable = readable};
	r = truncate_open(space_of(req), req, node, take_fd, emptying, answer_emptied);
	if (r < 0)
		free(emptying);
	return r;
}

static void open_node_file(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	int r, fd = -1, flags = fi->flags;
	bool readable = true, later = false;
	struct location location;
	struct stat st;

	r = node_location(&space->nodes, node, &location);
	if (r == 0 && (flags & O_TRUNC)) {
		r = location_stat(&location, &st);
		later = r == 0 && disk_is_long(&st);
	}
	if (later)
		flags &= ~O_TRUNC;
	if (r == 0)
		r = fd = open_location(space, req, &location, flags, &readable);
	if (r >= 0 && later) {
		r = empty_later(req, node, fd, readable, fi);
		if (r == 0)
			return;
		close(fd);
	}
	finish_open(req, node, r, readable, fi);
}

static void open_spool_file(fuse_req_t req, struct node *node, void *data)
{
	struct space *space = space_of(req);
	struct fuse_file_info *fi = data;
	int r = take_descriptor(space, req);

	if (r < 0) {
		reply(req, r);
		return;
	}
	open_node_file(req, node, fi);
}

static bool wants_to_change(const struct fuse_file_info *fi)
{
	return (fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC);
}

static void open_again(fuse_req_t req, struct node *node, void *data)
{
	op_open(req, node_id(&space_of(req)->nodes, node), data);
}

void op_open(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);

	if (node->kind == NODE_SIBLING) {
		sibling_open(req, node, fi);
		return;
	}
	if (node->kind == NODE_CONTROL) {
		control_open(req, node, fi);
		return;
	}
	if (wants_to_change(fi) && import_edit(req, node, fi, sizeof(*fi), open_again))
		return;
	if (!import_await(req, node, fi, sizeof(*fi), open_spool_file) &&
	    (!opens_to_read(fi) || !refresh_await(req, node, fi, sizeof(*fi), open_spool_file)))
		open_spool_file(req, node, fi);
}

void op_flush(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);

	if (node_is_derived(node))
		reply(req, 0);
	else
		closing_flush(space, req, handle_of(fi));
}

void op_release(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);

	if (node_is_derived(node)) {
		text_release(req, fi);
		return;
	}
	closing_release(space, handle_of(fi));
	forget_old_pages(handle_of(fi));
	handle_close(space, handle_of(fi));
	reply(req, 0);
}
