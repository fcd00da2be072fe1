/* SPDX-License-Identifier: MIT */
/*
 * Requests that wait for the disk.
 *
 * The loop answers all requests, so the loop does nothing that takes as long as a caller chooses.
 * Such work goes to a thread (loop/workers.h), and the loop replies when the thread is done. The
 * thread makes system calls on descriptors that it was given, and touches neither nodes nor the
 * ledger.
 *
 * No code here puts requests in order, because the kernel does that. The kernel locks the inode
 * from before the request until after our reply. It does so for each write, truncation, allocation,
 * sync, change of attributes, link, removal and rename of a file. Before a FLUSH the kernel waits
 * for all writes, also of mapped pages. It sends RELEASE when no request of the handle is left. So
 * two requests that must not meet are never here at the same time. For two requests the kernel
 * takes no lock: a read, and an open with O_TRUNC. These may run at the same time as any other
 * request, as in every file system. A signal does not end the lock: the kernel holds the lock until
 * our reply. (A process that waits for a local disk does not react to signals either.)
 *
 * The loop itself does these, because a thread costs some ten microseconds more:
 *
 *   - A read of pages in the page cache. The kernel says whether they are there (RWF_NOWAIT).
 *
 *   - A write within DISK_SHORT_BYTES. It goes to the page cache, in a few microseconds. But
 *     when much is written on the machine, the kernel makes each writer wait for the disk, up to
 *     200 ms at a time. So such writes go to a thread too if a write took long lately, or if
 *     there are many. Otherwise the loop would be one of the writers that the kernel slows down.
 *
 *   - Names, attributes and small files: a few blocks at most.
 */
#define _GNU_SOURCE
#include "space/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#define SLOW_WRITE_US 1000 /* a write that takes longer has waited for the disk */
#define SLOW_MS 5000	   /* how long the loop leaves writes to threads after a slow write */
#define BURST_MS 100	   /* the loop counts the bytes that it writes in this time */
/* the loop writes at most so much in BURST_MS: any disk takes more */
#define BURST_BYTES (2u << 20)
#define PAGE_BYTES 4096 /* each write counts as whole pages of this size */

struct disk_op *disk_op_of(struct worker_job *job)
{
	return (struct disk_op *)((char *)job - offsetof(struct disk_op, job));
}

struct disk_op *disk_begin(struct space *space, fuse_req_t req, uid_t user, struct node *node)
{
	struct disk_op *op = calloc(1, sizeof(*op));

	if (!op)
		return NULL;
	op->space = space;
	op->req = req;
	op->job.user = user;
	op->fd = op->own_fd = -1;
	op->node = node;
	if (node)
		node_hold(node);
	return op;
}

void disk_drop(struct disk_op *op)
{
	struct space *space = op->space;

	if (op->node)
		node_release(&space->nodes, op->node);
	if (op->own_fd >= 0)
		close(op->own_fd);
	if (op->charged)
		shares_give(&space->memory, op->job.user, op->charged);
	free(op->data);
	free(op);
}

static void end_disk_op(struct disk_op *op)
{
	op->answer(op);
	disk_drop(op);
}

static void on_disk_op_done(struct worker_job *job)
{
	end_disk_op(disk_op_of(job));
}

void disk_go(struct disk_op *op, void (*work)(struct worker_job *job))
{
	int r;

	op->job.work = work;
	op->job.done = on_disk_op_done;
	r = workers_add(op->space->workers, &op->job);
	if (r < 0 && op->must) {
		work(&op->job);
		end_disk_op(op);
	} else if (r < 0) {
		op->result = r;
		end_disk_op(op);
	}
}

void disk_answer_plain(struct disk_op *op)
{
	reply(op->req, op->result < 0 ? (int)op->result : 0);
}

int disk_charge(struct disk_op *op, size_t bytes)
{
	/* the writer of a mapped page gets no error, so never refuse; it needs no bound, because
	 * the kernel sends few pages at a time */
	if (op->must)
		return 0;
	if (!shares_take(&op->space->memory, op->job.user, bytes))
		return -ENOMEM;
	op->charged = bytes;
	return 0;
}

bool disk_writes_fast(struct space *space, uint64_t end, size_t size)
{
	struct disk_pace *pace = &space->pace;
	int64_t now_ms = loop_now_ms(space->loop);

	if (end > DISK_SHORT_BYTES || now_ms < pace->slow_until_ms)
		return false;
	if (now_ms - pace->burst_ms >= BURST_MS) {
		pace->burst_ms = now_ms;
		pace->burst_bytes = 0;
	}
	pace->burst_bytes += (size + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	return pace->burst_bytes <= BURST_BYTES;
}

void disk_note_write(struct space *space, int64_t us)
{
	if (us > SLOW_WRITE_US)
		space->pace.slow_until_ms = loop_now_ms(space->loop) + SLOW_MS;
}

bool disk_is_long(const struct stat *st)
{
	return (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)) &&
	       st->st_blocks > DISK_SHORT_BYTES / 512;
}

int disk_hold(int dirfd, const char *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !disk_is_long(&st) ||
	    (!S_ISDIR(st.st_mode) && st.st_nlink > 1))
		return -1;
	return openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static void work_close(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);

	close(op->fd);
}

static void answer_nobody(struct disk_op *op)
{
	if (op->result < 0)
		close(op->fd); /* workers_add() has refused: work_close() did not run */
}

void disk_close(struct space *space, int take_fd, uid_t user)
{
	struct disk_op *op = NULL;
	struct stat st;

	if (take_fd < 0)
		return;
	if (space->workers && fstat(take_fd, &st) == 0 && !st.st_nlink && disk_is_long(&st))
		op = disk_begin(space, NULL, user, NULL);
	if (!op) {
		close(take_fd);
		return;
	}
	op->fd = take_fd;
	op->answer = answer_nobody;
	disk_go(op, work_close);
}
