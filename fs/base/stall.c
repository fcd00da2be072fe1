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

void stall_begin(struct stall *stall, int64_t now_us)
{
	stall->piece_us = now_us;
	stall->disk_us = 0;
}

void stall_next(struct stall *stall)
{
	int64_t now_us = clock_monotonic_us();

	stall_times_add(&stall->held, now_us - stall->piece_us - stall->disk_us);
	stall_begin(stall, now_us);
}

void stall_disk_begin(struct stall *stall)
{
	if (stall)
		stall->wait_us = clock_monotonic_us();
}

void stall_disk_end(struct stall *stall)
{
	int64_t us;

	if (!stall)
		return;
	us = clock_monotonic_us() - stall->wait_us;
	stall->disk_us += us;
	stall_times_add(&stall->disk, us);
}

int64_t stall_piece_us(const struct stall *stall)
{
	return clock_monotonic_us() - stall->piece_us;
}
