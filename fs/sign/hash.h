/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SIGN_HASH_H
#define COCFS_SIGN_HASH_H

#include <stddef.h>

/* SHA-256 and HMAC-SHA256, for any thread. hash.c says why these are not just calls of
 * libcrypto. */

#define HASH_SIZE 32

/* Calculates SHA-256. Returns 0, or -EIO if the crypto library fails. */
int hash_sha256(const void *bytes, size_t size, unsigned char ret_hash[HASH_SIZE]);

/* Calculates HMAC-SHA256 with a key of key_size bytes. Returns 0, or -EIO if the crypto library
 * fails. */
int hash_hmac(const void *key, size_t key_size, const void *bytes, size_t size,
	      unsigned char ret_hash[HASH_SIZE]);

#endif
