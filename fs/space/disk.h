/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DISK_H
#define COCFS_SPACE_DISK_H

#include "loop/workers.h"
#include "space/space.h"

/* Requests that may wait for the disk for as long as their caller chooses. The essay is in
 * disk.c. */

/*
 * A file longer than this may take long: to write, to read from the disk, to cut off, to remove.
 * That is longer than any job file. A shorter file takes less than 10 ms, wherever its blocks are
 * on the disk.
 */
#define DISK_SHORT_BYTES 65536

/* One operation of a request, which a thread carries out. Make it with disk_begin(). */
struct disk_op {
	struct worker_job job;
	struct space *space;
	fuse_req_t req;	   /* NULL: no request waits */
	struct node *node; /* we hold a reference; or NULL */
	/* the descriptor to work on; a handle's, which lives as long as the request */
	int fd;
	int own_fd; /* closed when the operation ends; -1: none */
	int mode;
	off_t offset, length;
	char *data; /* owned: the data to write, or the data that were read */
	size_t size, charged;
	ssize_t result; /* of the thread's work: a number, or -errno */
	int64_t took_us;
	void *owner;   /* a struct of the caller's, for answer */
	uid_t spender; /* the user who pays for the blocks that the file takes */
	/* the operation cannot be refused: a page of a mapping, whose writer gets no answer */
	bool must;
	void (*answer)(struct disk_op *op); /* replies; must not free op */
};

/* Makes an operation of a user; NULL: out of memory. node may be NULL. It is held until the
 * operation ends. End the operation with disk_go() or disk_drop(). */
struct disk_op *disk_begin(struct space *space, fuse_req_t req, uid_t user, struct node *node);

/* Starts work in a thread. When work is done, the loop calls op->answer and frees op. If the user
 * has too much work waiting, work is not done, and answer finds -EAGAIN in op->result. */
void disk_go(struct disk_op *op, void (*work)(struct worker_job *job));

/* Frees an operation that was not given to disk_go(). Its request is not answered: answer it. */
void disk_drop(struct disk_op *op);

/* Is a file so long, or a directory so big, that a thread must give its blocks back? */
bool disk_is_long(const struct stat *st);

/* Returns the operation that disk_go() has given to a thread as job. For the function work. */
struct disk_op *disk_op_of(struct worker_job *job);

/* An answer for operations without data: replies with 0 or the error in op->result. */
void disk_answer_plain(struct disk_op *op);

/* Charges a user for memory that holds data on the way to the disk. Returns 0 or -ENOMEM: the
 * user's share is used up. */
int disk_charge(struct disk_op *op, size_t bytes);

/* May the loop itself make this write? Yes if the write is short and the disk is not behind. end is
 * the offset after the last byte. */
bool disk_writes_fast(struct space *space, uint64_t end, size_t size);

/* Call this function after a write, in the loop or in a thread, that took us microseconds. After a
 * slow write, threads make all writes for SLOW_MS. */
void disk_note_write(struct space *space, int64_t us);

/* Opens a long file, or a big directory, whose last name is about to be removed. Give the
 * descriptor to disk_close() after the removal. Returns -1 if the removal is quick. */
int disk_hold(int dirfd, const char *name);

/* Closes a descriptor (taken). If its file has no name left and many blocks, a thread closes it.
 * take_fd may be -1. */
void disk_close(struct space *space, int take_fd, uid_t user);

#endif
