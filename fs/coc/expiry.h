/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_EXPIRY_H
#define COCFS_COC_EXPIRY_H

#include <stdint.h>

/* When temporary keys end, and when to ask for the next ones. Pure. */

/* Reads a time of IAM: "2006-01-02T15:04:05Z", or with a fraction of a second, which is cut.
 * Returns 0, or -EINVAL. */
int expiry_parse(const char *text, int64_t *ret_unix_s);

/* How long to wait for the next question after keys were given that end at expires_s: at least a
 * second. */
int64_t expiry_renewal_s(int64_t now_s, int64_t expires_s);

/* How long to wait after so many failures in a row, at least one. spread: a number drawn at random,
 * not negative. So servers that started together do not ask together. */
int64_t expiry_retry_s(unsigned failures, long spread);

#endif
