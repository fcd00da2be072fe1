/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_STALL_H
#define COCFS_BASE_STALL_H

#include <stdint.h>

/*
 * How long each piece of work held the loop. A piece is one request of the kernel, one answer of
 * the service, one timer, or one step of the end of an iteration. While a piece goes on, all other
 * work waits. The time that a piece waits for the ledger's disk is counted apart, because no
 * request chooses that time.
 *
 * One reading of the clock ends a piece and begins the next one.
 *
 * The clock also counts the time in which the kernel runs other programs. So the processor time of
 * the thread is counted too: it says what the piece itself did. Reading the processor time is a
 * system call, so it is read at most once in STALL_READ_US. A piece that ends less than
 * STALL_READ_US after the last reading counts as work from its beginning to its end. The counted
 * work is never less than the true work, and at most STALL_READ_US more.
 */

/* Upper bounds of the buckets, in microseconds. They lie on both sides of 10 ms, because a piece
 * must not take longer. */
#define STALL_BUCKETS_US                                                                           \
	{                                                                                          \
		1000, 2000, 5000, 10000, 20000, 50000, 100000, 500000, 1000000                     \
	}
#define STALL_BUCKETS 9

#define STALL_READ_US 1000 /* between two readings of the processor time; also the first bucket */

struct stall_times {
	uint64_t buckets[STALL_BUCKETS + 1]; /* counted times; the last bucket: above each bound */
	uint64_t sum_us;		     /* all times together */
};

/* The times of one loop, in microseconds: of clock_monotonic_us(), and processor times of
 * clock_thread_us(). Zero-initialise the struct. */
struct stall {
	int64_t piece_us; /* when the present piece began */
	int64_t disk_us;  /* how long the present piece has waited for the ledger's disk */
	int64_t wait_us;  /* when the present wait for the disk began */
	int64_t read_us;  /* when the processor time was read last */
	int64_t cpu_us; /* the processor time at read_us, plus what later waits for the disk used */
	int64_t wait_cpu_us; /* the processor time when the present wait for the disk began */
	/* held: the times of pieces without their waits for the ledger's disk; work: the processor
	 * times in these; disk: the times of the waits */
	struct stall_times held, work, disk;
};

/* Call this when the loop wakes up: the first piece begins. now_us: clock_monotonic_us(). */
void stall_begin(struct stall *stall, int64_t now_us);

/* Ends a piece of the loop's work, counts its times, and begins the next piece. */
void stall_next(struct stall *stall);

/* Call these before and after a wait for the ledger's disk. NULL is accepted, for a caller without
 * a loop: then nothing is counted. */
void stall_disk_begin(struct stall *stall);
void stall_disk_end(struct stall *stall);

/* Returns how many microseconds the present piece has held the loop, with its waits for the
 * disk. */
int64_t stall_piece_us(const struct stall *stall);

/* Counts a time in its bucket, and adds it to the sum. A negative time counts as 0. */
void stall_times_add(struct stall_times *times, int64_t us);

#endif
