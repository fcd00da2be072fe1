/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CURL_MEMORY_H
#define COCFS_COC_CURL_MEMORY_H

/*
 * The memory of curl. curl says "out of memory" also when a header is longer than what it keeps of
 * one. So its allocations are counted here, and those that failed tell the one from the other.
 */

/* Begins to use curl; curl_global_cleanup() ends it. Returns 0 or -ENOMEM. */
int curl_memory_init(void);

/* How many of curl's allocations have failed until now, in all threads. */
unsigned long curl_memory_failures(void);

#endif
