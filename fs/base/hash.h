/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_HASH_H
#define COCFS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A fast hash of texts: FNV-1a. It is easy to choose two different texts that have the same hash.
 * Where that would do harm, use a hash with a key (submit/id_set.c). */

/* The first value of a hash: give this to the first hash_text(). */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

/* Adds a text (size bytes) to a hash. Returns the new hash. */
static inline uint64_t hash_text(uint64_t hash, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#endif
