/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DISK_H
#define COCFS_SPACE_DISK_H

#include "loop/workers.h"
#include "space/space.h"

/* Operations on the disk that may take as long as the caller of a request chooses: threads carry
 * them out, so that the loop never waits. The essay is in disk.c. */

/*
 * To write, read, truncate or remove a file that is longer than this may take long. No job file is
 * longer. A shorter file takes less than 10 ms, wherever its blocks are on the disk.
 */
#define DISK_SHORT_BYTES 65536

/* One operation of a request, which a thread carries out. Make it with disk_begin(). */
struct disk_op {
	struct worker_job job;
	struct space *space;
	fuse_req_t req;	   /* NULL: no request waits */
	struct node *node; /* we hold a reference; or NULL */
	/* the descriptor to work on, which must stay open until answer is called; the operation
	 * does not close it */
	int fd;
	int own_fd; /* a descriptor that is closed when the operation ends; -1: none */
	int mode;
	off_t offset, length;
	char *data; /* owned: the data to write, or the data that were read */
	size_t size, charged;
	ssize_t result; /* of the thread's work: 0, a count of bytes, or an offset; or -errno */
	int64_t took_us;
	/* any data of the caller's, for the functions work and answer. Not freed here: the caller's
	 * function answer frees it */
	void *owner;
	uid_t spender; /* the user who pays for the blocks that the file takes */
	/* the operation must not be refused: it writes a page of a mapping, whose writer gets no
	 * error */
	bool must;
	/* called in the loop after the work: replies to req; must not free op */
	void (*answer)(struct disk_op *op);
};

/* Makes an operation that counts as a user's; NULL: out of memory. A reference to node, which may
 * be NULL, is held until the operation ends. End the operation with disk_go() or disk_drop(). */
struct disk_op *disk_begin(struct space *space, fuse_req_t req, uid_t user, struct node *node);

/* Gives op to a thread, which calls work. When work has returned, the loop calls op->answer and
 * frees op. If the user has too many operations waiting, or memory is short, work is not called,
 * and op->answer finds -EAGAIN in op->result. But if op->must is set, the loop itself calls work
 * then. */
void disk_go(struct disk_op *op, void (*work)(struct worker_job *job));

/* Frees an operation that was not given to disk_go(). Its request is not answered: answer it. */
void disk_drop(struct disk_op *op);

/* Has a regular file or a directory so many blocks (more than DISK_SHORT_BYTES) that a thread must
 * remove or truncate it? */
bool disk_is_long(const struct stat *st);

/* Returns the operation that disk_go() has given to a thread as job. The function work calls
 * this. */
struct disk_op *disk_op_of(struct worker_job *job);

/* A function for op->answer, for operations that return no data. Replies with the error in
 * op->result; with 0 if op->result is 0 or positive. */
void disk_answer_plain(struct disk_op *op);

/* Charges the user of op for memory that holds data on the way to the disk, until op ends. If
 * op->must is set, charges nothing. Returns 0, or -ENOMEM: the user's share is used up. */
int disk_charge(struct disk_op *op, size_t bytes);

/* May the loop itself make this write of size bytes? Yes, if the write ends within DISK_SHORT_BYTES
 * of the file, and neither a slow write nor a burst of writes was seen lately. Counts the write in
 * the burst. end: the offset after the last byte. */
bool disk_writes_fast(struct space *space, uint64_t end, size_t size);

/* Call this function after a write, in the loop or in a thread. us: how many microseconds the write
 * took. After a slow write disk_writes_fast() returns false for some seconds, so threads make all
 * writes. */
void disk_note_write(struct space *space, int64_t us);

/* Call this function before a name in dirfd is removed. If that frees a long file or a big
 * directory, opens it, so that the removal itself is quick. Returns the descriptor: give it to
 * disk_close() after the removal. Returns -1 if no descriptor is needed, or if the file cannot be
 * opened. */
int disk_hold(int dirfd, const char *name);

/* Closes a descriptor (taken). If its file has no name left and many blocks (disk_is_long()), a
 * thread closes it. user: the work counts as this user's. take_fd -1: does nothing. */
void disk_close(struct space *space, int take_fd, uid_t user);

#endif
