/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_LOCKOUT_H
#define COCFS_SERVICE_ACCESS_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The lock of a key pair: more than SERVICE_AUTH_FAILURES_MAX failures in a row close it for a
 * time, also to a caller that has the right secret by then. Times are monotonic. Pure.
 */
struct lockout {
	unsigned failures; /* in a row */
	int64_t until_ms;  /* closed until then */
};

/* True while the lock is closed. */
bool lockout_is_closed(const struct lockout *lockout, int64_t clock_ms);

/* Counts a failure; the one that is too many closes the lock for lock_ms, and the count begins
 * anew. lock_ms 0 never closes it. */
void lockout_fail(struct lockout *lockout, int64_t clock_ms, int64_t lock_ms);

/* A success: the failures before it count no more. */
void lockout_pass(struct lockout *lockout);

#endif
