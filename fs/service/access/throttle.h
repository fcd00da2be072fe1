/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_THROTTLE_H
#define COCFS_SERVICE_ACCESS_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

/* How often one user may call. Calls are counted in whole seconds, as the API gateway does. */
struct throttle {
	unsigned rate; /* calls a second; 0: no limit */
	unsigned count;
	int64_t second; /* the second in which count calls came, on the monotonic clock */
};

/*
 * Counts a call at clock_ms (monotonic). Returns whether the call may pass: false if rate calls
 * have passed in this second already. Pure.
 */
bool throttle_pass(struct throttle *throttle, int64_t clock_ms);

/* Reads a rate such as "5/s", from 1 to 1,000,000. Returns false for another text. */
bool throttle_parse(const char *text, unsigned *ret_rate);

#endif
