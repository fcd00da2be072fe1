/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BENCH_TIMING_H
#define COCFS_BENCH_TIMING_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Returns the seconds of a clock that is never set back. */
static inline double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Does nothing for `us` microseconds; 0: returns at once. After a rest the processor, the service
 * and the disk are slower. */
static inline void rest(unsigned us)
{
	const struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	if (us)
		nanosleep(&pause, NULL);
}

/* Prints what failed, with the errno if there is one, and ends the program: a measurement with a
 * failure means nothing. */
static inline void __attribute__((noreturn)) give_up(const char *what, int errnum)
{
	fprintf(stderr, "%s%s%s\n", what, errnum ? ": " : "", errnum ? strerror(errnum) : "");
	exit(1);
}

/* Reads a count from the command line. Gives up if the count is below 1 or above 100,000,000. */
static inline unsigned count_of(const char *text)
{
	unsigned long count = strtoul(text, NULL, 10);

	if (count < 1 || count > 100000000)
		give_up("a count from 1 on is needed", 0);
	return (unsigned)count;
}

#endif
