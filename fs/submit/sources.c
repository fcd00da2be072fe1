/* SPDX-License-Identifier: MIT */
/* The clocks and the random numbers of the system. */
#define _GNU_SOURCE
#include "submit/sources.h"

#include <stdlib.h>

#include "base/clock.h"

static int64_t system_realtime_ms(void *data)
{
	(void)data;
	return clock_realtime_ms();
}

static int64_t system_monotonic_ms(void *data)
{
	(void)data;
	return clock_monotonic_ms();
}

static long system_random(void *data)
{
	(void)data;
	return random();
}

void sources_complete(struct engine_sources *sources)
{
	if (!sources->realtime_ms)
		sources->realtime_ms = system_realtime_ms;
	if (!sources->monotonic_ms)
		sources->monotonic_ms = system_monotonic_ms;
	if (!sources->random)
		sources->random = system_random;
}
