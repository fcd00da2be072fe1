/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_HASH_H
#define COCFS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A hash by which texts are told apart quickly: FNV-1a. The author of two texts can give them one
 * hash. Where that would cost something, take a hash with a key (submit/id_set.c). */

/* What a hash begins with. */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

/* Goes on with a hash over a text. */
static inline uint64_t hash_text(uint64_t hash, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#endif
