/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_LOCKOUT_H
#define COCFS_SERVICE_ACCESS_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The lock of a key pair. More than SERVICE_AUTH_FAILURES_MAX failures in a row lock the pair for a
 * time. A caller who knows the right secret is refused too, while the lock lasts. Times are
 * monotonic. Pure.
 */
struct lockout {
	unsigned failures; /* failures in a row */
	int64_t until_ms;  /* the pair is locked until then */
};

/* Is the key pair locked at clock_ms? Then refuse the request, even if its signature is right. */
bool lockout_is_closed(const struct lockout *lockout, int64_t clock_ms);

/* Counts a failure. If more than SERVICE_AUTH_FAILURES_MAX came in a row, locks the pair for
 * lock_ms, and begins the count again. With lock_ms 0 the pair is never locked. */
void lockout_fail(struct lockout *lockout, int64_t clock_ms, int64_t lock_ms);

/* Call this function after a request with a right signature: earlier failures no longer count. */
void lockout_pass(struct lockout *lockout);

#endif
