/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_THROTTLE_H
#define COCFS_SERVICE_ACCESS_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

/* How often one user may call, counted in whole seconds as the gateway's policies are. */
struct throttle {
	unsigned rate; /* calls a second, 0: as many as come */
	unsigned count;
	int64_t second; /* that count is of */
};

/*
 * Counts a call at clock_ms (monotonic). True if it may pass; false if there were rate of them in
 * this second. Pure.
 */
bool throttle_pass(struct throttle *throttle, int64_t clock_ms);

/* Reads "5/s": 1 to 1,000,000. Returns false for anything else. */
bool throttle_parse(const char *text, unsigned *ret_rate);

#endif
