/* SPDX-License-Identifier: MIT */
/* Reads and writes of open files, and the effect of a failed write on the commit. */
#define _GNU_SOURCE
#include "space/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "bounds/api.h"
#include "space/caller.h"
#include "space/content.h"
#include "space/content_read.h"
#include "space/disk.h"
#include "space/ops.h"
#include "space/reading.h"
#include "space/text.h"

/* Notes that a write to the spool failed: the content is not what its writer meant, so it will not
 * be committed. Returns -errnum. */
static int spoil_by_errno(struct content *content, int errnum)
{
	struct err err;

	err_set(&err, errnum, "a write to the spool failed: %s", strerror(errnum));
	err_detail(&err, "what_to_do", "make room where the state directory is, write it again");
	content_spoil(content, &err, -1);
	return -errnum;
}

/* ---- reading ---- */

static void work_read_data(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	ssize_t n;

	op->data = malloc(op->size);
	n = op->data ? pread(op->fd, op->data, op->size, op->offset) : -1;
	op->result = op->data ? n < 0 ? -errno : n : -ENOMEM;
}

static void answer_data(struct disk_op *op)
{
	if (op->result < 0)
		reply(op->req, (int)op->result);
	else
		fuse_reply_buf(op->req, op->data, (size_t)op->result);
}

/* Reads data that are in the page cache; of a short file all data, if the file system does not say
 * what is in the cache. Returns how many bytes were read (fewer than size only at the end of the
 * file); -EAGAIN: the disk must be read; or another -errno. */
static ssize_t read_cached(int fd, char *data, size_t size, off_t offset)
{
	const struct iovec part = {.iov_base = data, .iov_len = size};
	ssize_t n = preadv2(fd, &part, 1, offset, RWF_NOWAIT);
	struct stat st;

	if (n == (ssize_t)size || (n < 0 && errno != EOPNOTSUPP))
		return n < 0 ? -errno : n;
	/* Fewer bytes than wanted: the file ends here, or the other data are on the disk. If the
	 * file system has no RWF_NOWAIT (EOPNOTSUPP), read a short file here, and leave a long file
	 * to a thread. */
	if (fstat(fd, &st) < 0)
		return -errno;
	if (n >= 0 && offset + n >= st.st_size)
		return n;
	if (n >= 0 || st.st_size > DISK_SHORT_BYTES)
		return -EAGAIN;
	n = pread(fd, data, size, offset);
	return n < 0 ? -errno : n;
}

static void read_data_later(fuse_req_t req, struct node *node, size_t size, off_t offset,
			    const struct handle *handle)
{
	struct disk_op *op = disk_begin(space_of(req), req, handle->user, node);

	if (!op) {
		reply(req, -ENOMEM);
		return;
	}
	op->fd = handle->fd;
	op->size = size;
	op->offset = offset;
	op->answer = answer_data;
	disk_go(op, work_read_data);
}

void op_read(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct node *node = node_of(&space_of(req)->nodes, id);
	_cleanup_free_ char *more = NULL;
	char most[COC_CONTENT_MAX], *data = most;
	ssize_t n;

	if (node_is_derived(node)) {
		text_read(req, size, offset, fi);
		return;
	}
	reading_begin(space_of(req), req, node);
	if (size > sizeof(most)) {
		data = more = malloc(size);
		if (!more) {
			reply(req, -ENOMEM);
			return;
		}
	}
	n = read_cached(handle_of(fi)->fd, data, size, offset);
	if (n == -EAGAIN)
		read_data_later(req, node, size, offset, handle_of(fi));
	else if (n < 0)
		reply(req, (int)n);
	else
		fuse_reply_buf(req, data, (size_t)n);
}

/* ---- writing ---- */

static void reply_write(fuse_req_t req, struct node *node, ssize_t result)
{
	if (result < 0) {
		reply(req, spoil_by_errno(node->content, (int)-result));
		return;
	}
	content_note_written(space_of(req), node);
	fuse_reply_write(req, (size_t)result);
}

/* Writes data so that the blocks count as disk space of this user. Returns how many bytes were
 * written, or -errno. Any thread may call this. */
static ssize_t write_as_user(const struct space *space, uid_t user, int fd, const char *data,
			     size_t size, off_t offset)
{
	ssize_t n;

	caller_spend_as(space, user);
	n = pwrite(fd, data, size, offset);
	n = n < 0 ? -errno : n;
	caller_spend_end(space, user);
	return n;
}

/* Returns the user whose disk space a write uses. For a page of a mapping (writepage) the caller of
 * req is not the writer, so the user who has opened this handle counts. */
static uid_t spender_of(fuse_req_t req, const struct fuse_file_info *fi)
{
	return fi->writepage ? handle_of(fi)->user : fuse_req_ctx(req)->uid;
}

static void work_write(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	int64_t begun_us = clock_monotonic_us();

	op->result = write_as_user(op->space, op->spender, op->fd, op->data, op->size, op->offset);
	op->took_us = clock_monotonic_us() - begun_us;
}

static void answer_write(struct disk_op *op)
{
	if (op->size <= DISK_SHORT_BYTES)
		disk_note_write(op->space, op->took_us);
	reply_write(op->req, op->node, op->result);
}

/* Lets a thread write a copy of the data; req is answered after that. Returns 0; or -ENOMEM with
 * nothing done: the caller answers req. */
static int write_later(fuse_req_t req, struct node *node, const char *data, size_t size,
		       off_t offset, const struct fuse_file_info *fi)
{
	const struct handle *handle = handle_of(fi);
	struct disk_op *op = disk_begin(space_of(req), req, handle->user, node);

	if (!op)
		return -ENOMEM;
	op->fd = handle->fd;
	op->must = fi->writepage;
	op->spender = spender_of(req, fi);
	op->size = size;
	op->offset = offset;
	op->answer = answer_write;
	op->result = disk_charge(op, size);
	if (op->result == 0)
		op->data = malloc(size);
	if (!op->data) {
		disk_drop(op);
		return -ENOMEM;
	}
	memcpy(op->data, data, size);
	disk_go(op, work_write);
	return 0;
}

void op_write(fuse_req_t req, fuse_ino_t id, const char *data, size_t size, off_t offset,
	      struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	struct handle *handle = handle_of(fi);
	uint64_t end = (uint64_t)offset + size;
	int r = content_check_size(space, node, end);
	ssize_t n;

	if (r < 0) {
		reply(req, r);
		return;
	}
	/* A close may have ended the handle's writing, although another process holds the
	 * descriptor: its write counts the handle as a writer again. But a page of a mapping comes
	 * from the kernel, through any handle of the file. */
	if (fi->writepage) {
		content_note_mapping(node->content);
	} else {
		handle_set_writing(handle, true);
		handle_note_writer(handle, fuse_req_ctx(req)->pid);
	}
	if (!disk_writes_fast(space, end, size)) {
		r = write_later(req, node, data, size, offset, fi);
		if (r < 0)
			reply_write(req, node, r);
		return;
	}
	n = write_as_user(space, spender_of(req, fi), handle->fd, data, size, offset);
	disk_note_write(space, stall_piece_us(loop_stall(space->loop)));
	reply_write(req, node, n);
}

/* ---- fsync and lseek ---- */

static void work_sync(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);

	op->result = (op->mode ? fdatasync(op->fd) : fsync(op->fd)) < 0 ? -errno : 0;
}

void file_sync(fuse_req_t req, struct node *node, int fd, uid_t user, bool datasync)
{
	struct disk_op *op = disk_begin(space_of(req), req, user, node);

	if (!op) {
		reply(req, -ENOMEM);
		return;
	}
	op->fd = fd;
	op->mode = datasync;
	op->answer = disk_answer_plain;
	disk_go(op, work_sync);
}

void op_fsync(fuse_req_t req, fuse_ino_t id, int datasync, struct fuse_file_info *fi)
{
	struct node *node = node_of(&space_of(req)->nodes, id);

	if (node_is_derived(node))
		reply(req, 0);
	else
		file_sync(req, node, handle_of(fi)->fd, handle_of(fi)->user, datasync);
}

static void work_seek(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	off_t at = lseek(op->fd, op->offset, op->mode);

	op->result = at < 0 ? -errno : at;
}

static void answer_seek(struct disk_op *op)
{
	if (op->result < 0)
		reply(op->req, (int)op->result);
	else
		fuse_reply_lseek(op->req, op->result);
}

void op_lseek(fuse_req_t req, fuse_ino_t id, off_t offset, int whence, struct fuse_file_info *fi)
{
	struct node *node = node_of(&space_of(req)->nodes, id);
	struct disk_op *op;

	if (node_is_derived(node)) {
		reply(req, -EINVAL);
		return;
	}
	op = disk_begin(space_of(req), req, handle_of(fi)->user, node);
	if (!op) {
		reply(req, -ENOMEM);
		return;
	}
	op->fd = handle_of(fi)->fd;
	op->offset = offset;
	op->mode = whence;
	op->answer = answer_seek;
	disk_go(op, work_seek);
}
