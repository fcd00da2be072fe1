/* SPDX-License-Identifier: MIT */
/*
 * fallocate(2). One call can take any part of the disk. If the disk gets full during the call, the
 * file system keeps the blocks that it has allocated so far. Then there is no room for the ledger
 * either. So a call that cannot fit is refused before it begins. A call may take the blocks that
 * the disk has for its caller (caller.h).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/log.h"
#include "bounds/api.h"
#include "space/caller.h"
#include "space/content.h"
#include "space/content_read.h"
#include "space/disk.h"
#include "space/job_name.h"
#include "space/ops.h"

/* Checks whether the allocation fits on the disk. Returns 0 if it does, else -ENOSPC. Blocks that
 * the file has already may lie in the wanted range, so they count as room. */
static int check_room(const struct disk_op *op)
{
	struct statvfs fs;
	struct stat st;
	uint64_t room;

	if (fstatvfs(op->fd, &fs) < 0 || fstat(op->fd, &st) < 0)
		return 0; /* the room is unknown: let fallocate(2) decide */
	room = (uint64_t)(op->spender ? fs.f_bavail : fs.f_bfree) * fs.f_frsize;
	return (uint64_t)op->length > room + (uint64_t)st.st_blocks * 512 ? -ENOSPC : 0;
}

static void work_allocate(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);

	op->result = op->mode & FALLOC_FL_PUNCH_HOLE ? 0 : check_room(op);
	if (op->result < 0)
		return;
	caller_spend_as(op->space, op->spender);
	if (fallocate(op->fd, op->mode, op->offset, op->length) < 0)
		op->result = -errno;
	caller_spend_end(op->space, op->spender);
}

static void answer_allocation(struct disk_op *op)
{
	if (op->result == 0)
		content_note_written(op->space, op->node);
	if (op->result == -ENOSPC)
		log_info("user %u cannot have %llu bytes more allocated: the disk of the state "
			 "directory has no room for them",
			 op->spender, (unsigned long long)op->length);
	disk_answer_plain(op);
}

/* Checks an allocation up to the offset end against the bounds of a job file: its size, and the
 * blocks beyond its end (JOB_ALLOCATED_MAX). Returns 0, also for any other file and for a hole; or
 * -EFBIG. */
static int check_job(struct space *space, struct node *node, int mode, uint64_t end)
{
	const struct name *name = node_job_name(space, node);

	if (!name || mode & FALLOC_FL_PUNCH_HOLE)
		return 0;
	if (!(mode & FALLOC_FL_KEEP_SIZE))
		return content_check_size(space, node, end);
	if (end <= JOB_ALLOCATED_MAX)
		return 0;
	log_info("%s: a job file has at most %d bytes allocated, and not %llu", name->name,
		 JOB_ALLOCATED_MAX, (unsigned long long)end);
	return -EFBIG;
}

void op_fallocate(fuse_req_t req, fuse_ino_t id, int mode, off_t offset, off_t length,
		  struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	struct disk_op *op;
	int r = check_job(space, node, mode, (uint64_t)offset + (uint64_t)length);

	op = r < 0 ? NULL : disk_begin(space, req, handle_of(fi)->user, node);
	if (!op) {
		reply(req, r < 0 ? r : -ENOMEM);
		return;
	}
	op->fd = handle_of(fi)->fd;
	op->spender = fuse_req_ctx(req)->uid;
	op->mode = mode;
	op->offset = offset;
	op->length = length;
	op->answer = answer_allocation;
	disk_go(op, work_allocate);
}
