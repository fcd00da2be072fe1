/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/clock.h"

#include <string.h>
#include <time.h>

static int64_t read_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void)
{
	return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_monotonic_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t clock_thread_us(void)
{
	return read_us(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_realtime_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}

void clock_write_utc(int64_t realtime_ms, char ret_word[CLOCK_WORD_ROOM])
{
	time_t seconds = (time_t)(realtime_ms / 1000);
	struct tm tm;

	if (!realtime_ms || !gmtime_r(&seconds, &tm) ||
	    !strftime(ret_word, CLOCK_WORD_ROOM, "%Y-%m-%dT%H:%M:%SZ", &tm))
		strcpy(ret_word, "-");
}
