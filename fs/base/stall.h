/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_STALL_H
#define COCFS_BASE_STALL_H

#include <stdint.h>

/*
 * How long each piece of work held the loop. A piece is one request of the kernel, one answer of
 * the service, one timer, or one step of the end of an iteration. While a piece goes on, everybody
 * else waits. A wait for the ledger's disk within a piece is counted apart: no request chooses its
 * length.
 *
 * One reading of the clock ends a piece and begins the next one.
 *
 * By the clock a piece also takes the time in which the kernel ran other programs. What was done in
 * a piece is the thread's processor time, which is counted beside. To read that costs a system
 * call. So it is read at most once in STALL_READ_US, and a piece that is shorter counts as work
 * from its beginning to its end. What is counted is never less than what was done, and at most
 * STALL_READ_US more.
 */

/* Upper bounds of the buckets, in microseconds: around the 10 ms that no piece may take. */
#define STALL_BUCKETS_US                                                                           \
	{                                                                                          \
		1000, 2000, 5000, 10000, 20000, 50000, 100000, 500000, 1000000                     \
	}
#define STALL_BUCKETS 9

#define STALL_READ_US 1000 /* between two readings of the processor time: the least bound */

struct stall_times {
	uint64_t buckets[STALL_BUCKETS + 1]; /* the last one: above every bound */
	uint64_t sum_us;
};

/* Zero-initialise it. */
struct stall {
	int64_t piece_us;    /* when the piece that goes on began */
	int64_t disk_us;     /* how long it has waited for the ledger's disk */
	int64_t wait_us;     /* when the wait for the disk that goes on began */
	int64_t read_us;     /* when the processor time was read the last time */
	int64_t cpu_us;	     /* what it was then, waits for the disk since then apart */
	int64_t wait_cpu_us; /* what it was when the wait for the disk that goes on began */
	struct stall_times held, work, disk;
};

/* The loop has woken up: a piece begins. now_us: clock_monotonic_us(). */
void stall_begin(struct stall *stall, int64_t now_us);

/* A piece has ended, and another one begins. */
void stall_next(struct stall *stall);

/* A wait for the ledger's disk begins and ends. NULL is accepted, where there is no loop. */
void stall_disk_begin(struct stall *stall);
void stall_disk_end(struct stall *stall);

/* How long the piece has held the loop by now, in microseconds, waits for the disk included. */
int64_t stall_piece_us(const struct stall *stall);

/* Counts a time in the bucket that it belongs to. */
void stall_times_add(struct stall_times *times, int64_t us);

#endif
