/* SPDX-License-Identifier: MIT */
#include "base/stall.h"

#include "base/clock.h"

static const int64_t bounds_us[STALL_BUCKETS] = STALL_BUCKETS_US;

void stall_times_add(struct stall_times *times, int64_t us)
{
	int bucket = 0;

	if (us < 0)
		us = 0;
	while (bucket < STALL_BUCKETS && us > bounds_us[bucket])
		bucket++;
	times->buckets[bucket]++;
	times->sum_us += (uint64_t)us;
}

/* Reads the processor time. Returns how many microseconds were used since the last reading, without
 * the waits for the ledger's disk. */
static int64_t read_work(struct stall *stall, int64_t now_us)
{
	int64_t cpu_us = clock_thread_us();
	int64_t work_us = cpu_us - stall->cpu_us;

	stall->cpu_us = cpu_us;
	stall->read_us = now_us;
	return work_us;
}

static void begin_piece(struct stall *stall, int64_t now_us)
{
	stall->piece_us = now_us;
	stall->disk_us = 0;
}

void stall_begin(struct stall *stall, int64_t now_us)
{
	/* read the processor time and drop the result: work between two iterations belongs to no
	 * piece */
	if (now_us - stall->read_us >= STALL_READ_US)
		read_work(stall, now_us);
	begin_piece(stall, now_us);
}

void stall_next(struct stall *stall)
{
	int64_t now_us = clock_monotonic_us();
	int64_t held_us = now_us - stall->piece_us - stall->disk_us;
	int64_t work_us = held_us;

	if (now_us - stall->read_us >= STALL_READ_US)
		work_us = read_work(stall, now_us);
	stall_times_add(&stall->held, held_us);
	stall_times_add(&stall->work, work_us < held_us ? work_us : held_us);
	begin_piece(stall, now_us);
}

void stall_disk_begin(struct stall *stall)
{
	if (!stall)
		return;
	stall->wait_us = clock_monotonic_us();
	stall->wait_cpu_us = clock_thread_us();
}

void stall_disk_end(struct stall *stall)
{
	int64_t us;

	if (!stall)
		return;
	stall->cpu_us += clock_thread_us() - stall->wait_cpu_us;
	us = clock_monotonic_us() - stall->wait_us;
	stall->disk_us += us;
	stall_times_add(&stall->disk, us);
}

int64_t stall_piece_us(const struct stall *stall)
{
	return clock_monotonic_us() - stall->piece_us;
}
