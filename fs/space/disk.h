/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DISK_H
#define COCFS_SPACE_DISK_H

#include "loop/workers.h"
#include "space/space.h"

/* Requests that may wait for the disk for as long as their caller chooses; see disk.c. */

/*
 * What is longer than any job file may take long: to write, to read from the disk, to cut off, to
 * remove. What is not longer takes less than 10 ms, however it lies on the disk.
 */
#define DISK_SHORT_BYTES 65536

/* One request, while a thread does what it asks for. Zero-initialised by disk_begin(). */
struct disk_op {
	struct worker_job job;
	struct space *space;
	fuse_req_t req;	   /* NULL: nobody waits */
	struct node *node; /* held, or NULL */
	int fd;		   /* that is worked on; a handle's, which lives as long as its request */
	int own_fd;	   /* closed in the end, or -1 */
	int mode;
	off_t offset, length;
	char *data; /* owned: what is written, or was read */
	size_t size, charged;
	ssize_t result; /* of work: a number, or -errno */
	int64_t took_us;
	void *owner;   /* of the answer */
	uid_t spender; /* of the blocks that it takes */
	bool must;     /* nobody can be told that it was refused: a page of a mapping */
	void (*answer)(struct disk_op *op); /* replies; frees nothing */
};

/* An operation of a user, or NULL when out of memory. node: held until the end, may be NULL. */
struct disk_op *disk_begin(struct space *space, fuse_req_t req, uid_t user, struct node *node);

/* Has work done in a thread, then calls op->answer in the loop and frees op. Where it cannot be
 * (-EAGAIN: too much of the user's waits already) answer gets this as the result. */
void disk_go(struct disk_op *op, void (*work)(struct worker_job *job));

/* Frees an operation that is not to be done; nobody is answered. */
void disk_drop(struct disk_op *op);

/* Is a file so long, or a directory so big, that a thread gives its blocks back? */
bool disk_is_long(const struct stat *st);

/* The operation of a job. */
struct disk_op *disk_op_of(struct worker_job *job);

/* An answer that tells 0 or the error. */
void disk_answer_plain(struct disk_op *op);

/* Counts memory for data that waits for the disk as the user's. Returns 0 or -ENOMEM: the user has
 * as much as is left for everybody. */
int disk_charge(struct disk_op *op, size_t bytes);

/* May the loop itself write that? If it is short, and the disk is not behind. */
bool disk_writes_fast(struct space *space, uint64_t end, size_t size);

/* Takes note of how long a write took, in the loop or in a thread. */
void disk_note_write(struct space *space, int64_t us);

/* A descriptor that keeps the blocks of a long file whose last name is about to go, for
 * disk_close() after it; -1 when there is nothing that would take long. */
int disk_hold(int dirfd, const char *name);

/* Closes a descriptor (taken) of a file that may have lost its last name: its blocks are given back
 * in a thread if they are many. -1 is accepted. */
void disk_close(struct space *space, int take_fd, uid_t user);

#endif
