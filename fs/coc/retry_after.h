/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_RETRY_AFTER_H
#define COCFS_COC_RETRY_AFTER_H

#include <stdint.h>

/*
 * Reads a Retry-After header: seconds, or an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT"), against
 * now in seconds since the epoch. Returns the wait in ms, at most RETRY_AFTER_MAX_MS, 0 for a date
 * that is past; -1 for NULL or anything else.
 */
int64_t retry_after_ms(const char *value, int64_t now_s);

#endif
