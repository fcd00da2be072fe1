/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_RETRY_AFTER_H
#define COCFS_COC_RETRY_AFTER_H

#include <stdint.h>

/*
 * Reads the value of a Retry-After header: seconds, or a date in any form that curl_getdate()
 * knows. The date is compared with now_s, seconds since the epoch. Returns the wait in ms, at most
 * RETRY_AFTER_MAX_MS; 0 if the date is past; -1 for NULL or any other text.
 */
int64_t retry_after_ms(const char *value, int64_t now_s);

#endif
