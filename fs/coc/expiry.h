/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_EXPIRY_H
#define COCFS_COC_EXPIRY_H

#include <stdint.h>

/* When temporary keys end, and when to ask for the next ones. Pure. */

/* Reads a time as IAM writes it: "2006-01-02T15:04:05Z", or with a fraction of a second, which is
 * cut. Returns 0 or -EINVAL. */
int expiry_parse(const char *text, int64_t *ret_unix_s);

/* Returns how many seconds to wait before new keys are asked for, if the keys end at expires_s. At
 * least 1. */
int64_t expiry_renewal_s(int64_t now_s, int64_t expires_s);

/* Returns how many seconds to wait before keys are asked for again. failures: how many fetches in a
 * row have failed, at least one. spread: a random number, not negative. Servers that started
 * together have different numbers, and so do not ask together. */
int64_t expiry_retry_s(unsigned failures, long spread);

#endif
