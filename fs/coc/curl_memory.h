/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CURL_MEMORY_H
#define COCFS_COC_CURL_MEMORY_H

/*
 * The memory of curl. curl before 8.6 says "out of memory" also if a header is longer than curl can
 * keep. So curl's failed allocations are counted here: without one, the header was too long.
 */

/* Begins to use curl; each call needs one curl_global_cleanup(). Returns 0 or -ENOMEM. */
int curl_memory_init(void);

/* Returns how many of curl's allocations have failed until now, in all threads. */
unsigned long curl_memory_failures(void);

#endif
