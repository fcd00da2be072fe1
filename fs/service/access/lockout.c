/* SPDX-License-Identifier: MIT */
#include "service/access/lockout.h"

#include "service/bounds.h"

bool lockout_is_closed(const struct lockout *lockout, int64_t clock_ms)
{
	return clock_ms < lockout->until_ms;
}

void lockout_fail(struct lockout *lockout, int64_t clock_ms, int64_t lock_ms)
{
	if (++lockout->failures <= SERVICE_AUTH_FAILURES_MAX)
		return;
	lockout->failures = 0;
	lockout->until_ms = clock_ms + lock_ms;
}

void lockout_pass(struct lockout *lockout)
{
	lockout->failures = 0;
}
