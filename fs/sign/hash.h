/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SIGN_HASH_H
#define COCFS_SIGN_HASH_H

#include <stddef.h>

/* SHA-256 and HMAC-SHA256. Any thread may call these functions. hash.c says why they do not simply
 * call EVP_sha256() and HMAC() of libcrypto. */

#define HASH_SIZE 32

/* Calculates the SHA-256 of size bytes. Returns 0, or -EIO if the crypto library fails. */
int hash_sha256(const void *bytes, size_t size, unsigned char ret_hash[HASH_SIZE]);

/* Calculates the HMAC-SHA256 of size bytes with a key of key_size bytes. Returns 0, or -EIO if the
 * crypto library fails. */
int hash_hmac(const void *key, size_t key_size, const void *bytes, size_t size,
	      unsigned char ret_hash[HASH_SIZE]);

#endif
