/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_HASH_H
#define COCFS_JOB_DSL_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

/*
 * Fast hashes of texts in a document. The author of a document can choose two texts with one hash,
 * so equal hashes prove nothing. Pure.
 */

/* Mixes 64 bits: each bit of the input influences all bits of the result. */
static inline uint64_t dsl_mix_bits(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Returns the hash of a text (size bytes). */
static inline uint64_t dsl_hash_text(const char *text, size_t size)
{
	return dsl_mix_bits(hash_text(HASH_BEGIN, text, size) ^ size);
}

#endif
