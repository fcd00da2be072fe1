/* SPDX-License-Identifier: MIT */
/*
 * Changes of a file's size: truncate(2), ftruncate(2), and open(2) with O_TRUNC. Cutting off more
 * than a job file's length can take seconds, because the disk gives back each stretch of blocks. So
 * a thread does that.
 */
#define _GNU_SOURCE
#include "space/truncate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "space/backup.h"
#include "space/commit.h"
#include "space/content.h"
#include "space/content_read.h"
#include "space/disk.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/pending_reply.h"
#include "space/stat_reply.h"

/* One request to set a size, with the times to set after that. */
struct truncation {
	struct pending_reply wait;
	struct node *node; /* we hold a reference */
	struct stat attr;
	int to_set;
	bool by_handle; /* the size is set through an open file, whose close commits */
};

static void free_truncation(struct truncation *truncation)
{
	node_release(&truncation->wait.space->nodes, truncation->node);
	free(truncation);
}

static void answer_truncation(struct pending_reply *wait, int result)
{
	struct truncation *truncation = (struct truncation *)wait;

	if (result < 0)
		reply(wait->req, result);
	else
		stat_reply_changed(wait->req, wait->space, truncation->node);
	free_truncation(truncation);
}

/* If a job file counts as a backup (backup.c), ends that, because a truncate(2) by path has changed
 * the file. Returns 0 or -errno. */
static int end_backup_of_node(struct space *space, const struct node *node)
{
	const struct name *link = node_job_name(space, node);

	return link ? backup_end(space, link->parent, link->name) : 0;
}

/* Goes on with a truncation when its size is set. r: 0, or the negative errno with which that has
 * failed. Answers the request, maybe after a commit. */
static void go_on_truncation(struct truncation *truncation, int r)
{
	struct space *space = truncation->wait.space;
	struct content *content = truncation->node->content;

	if (r == 0)
		content_note_written(space, truncation->node);
	if (r == 0 && content && truncation->attr.st_size == 0)
		content_note_emptied(content);
	if (r == 0 && !truncation->by_handle)
		r = end_backup_of_node(space, truncation->node);
	if (r == 0)
		r = stat_set_times(space, truncation->node, &truncation->attr, truncation->to_set);
	/* commit now: after a truncate(2) by path no close follows. An empty file is never
	 * committed */
	if (r == 0 && !truncation->by_handle && truncation->attr.st_size > 0)
		commit_closed(space, truncation->node, &truncation->wait);
	else
		answer_truncation(&truncation->wait, r);
}

static void work_truncate(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", op->fd);
	r = op->own_fd < 0 ? ftruncate(op->fd, op->offset) : truncate(path, op->offset);
	op->result = r < 0 ? -errno : 0;
}

static void answer_size(struct disk_op *op)
{
	go_on_truncation(op->owner, (int)op->result);
}

/* Starts a thread that sets the size: through the descriptor of fi, or, if fi is NULL, through a
 * new one. Returns 0, or -errno with nothing begun. */
static int set_size_later(struct truncation *truncation, const struct location *location,
			  const struct fuse_file_info *fi)
{
	struct pending_reply *wait = &truncation->wait;
	_cleanup_close_ int own_fd = -1;
	char path[LOCATION_PATH_MAX];
	struct disk_op *op;
	bool follow;

	if (!fi) {
		location_path(location, path, &follow);
		own_fd = open(path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
		if (own_fd < 0)
			return -errno;
	}
	op = disk_begin(wait->space, wait->req, fuse_req_ctx(wait->req)->uid, truncation->node);
	if (!op)
		return -ENOMEM;
	op->fd = fi ? handle_of(fi)->fd : own_fd;
	op->own_fd = steal_fd(&own_fd);
	op->offset = truncation->attr.st_size;
	op->owner = truncation;
	op->answer = answer_size;
	disk_go(op, work_truncate);
	return 0;
}

/* Sets the size of a file in the loop, without a thread: through the open file fi, or, if fi is
 * NULL, at its location. Returns 0 or -errno. */
static int set_size(const struct location *location, off_t size, const struct fuse_file_info *fi)
{
	char path[LOCATION_PATH_MAX];
	bool follow;

	location_path(location, path, &follow);
	return (fi ? ftruncate(handle_of(fi)->fd, size) : truncate(path, size)) < 0 ? -errno : 0;
}

void truncate_reply(fuse_req_t req, struct node *node, const struct stat *attr, int to_set,
		    const struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct truncation *truncation;
	struct location location;
	struct stat st;
	int r = content_check_size(space, node, (uint64_t)attr->st_size);

	if (r == 0)
		r = node_location(&space->nodes, node, &location);
	if (r == 0)
		r = location_stat(&location, &st);
	truncation = r < 0 ? NULL : calloc(1, sizeof(*truncation));
	if (!truncation) {
		reply(req, r < 0 ? r : -ENOMEM);
		return;
	}
	*truncation = (struct truncation){
		.wait = {.space = space, .req = req, .answer = answer_truncation},
		.node = node,
		.attr = *attr,
		.to_set = to_set,
		.by_handle = fi != NULL,
	};
	node_hold(node);
	if (!disk_is_long(&st)) {
		go_on_truncation(truncation, set_size(&location, attr->st_size, fi));
		return;
	}
	r = set_size_later(truncation, &location, fi);
	if (r < 0)
		go_on_truncation(truncation, r);
}

/* ---- O_TRUNC ---- */

static void work_empty(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	char path[64];
	int fd;

	/* truncate through a new descriptor: fd may be open for reading only */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", op->fd);
	fd = open(path, O_WRONLY | O_TRUNC | O_NONBLOCK | O_CLOEXEC);
	op->result = fd < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
}

int truncate_open(struct space *space, fuse_req_t req, struct node *node, int fd, void *owner,
		  void (*answer)(struct disk_op *op))
{
	struct disk_op *op = disk_begin(space, req, fuse_req_ctx(req)->uid, node);

	if (!op)
		return -ENOMEM;
	op->fd = fd;
	op->owner = owner;
	op->answer = answer;
	disk_go(op, work_empty);
	return 0;
}
