/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_SECRET_H
#define COCFS_BASE_SECRET_H

#include <stddef.h>

/* Secrets: AK, SK, security token (the longest seen is about 8 KB), X-Auth-Token. */
#define SECRET_MAX 16384

/*
 * A secret: bytes that know where they came from, print as "***", and are wiped when closed. Their
 * memory is kept out of core dumps and, where the limit allows it, out of swap.
 */
struct secret;

/*
 * Copies size bytes (at most SECRET_MAX). source names where they came from, for people ("the
 * environment variable HUAWEICLOUD_SDK_SK"); it is copied. Returns 0 and an owned secret;
 * -E2BIG, -ENOMEM.
 */
int secret_open(const void *bytes, size_t size, const char *source, struct secret **ret_secret);

/* Wipes and frees; NULL is accepted. */
void secret_close(struct secret *secret);

/* The bytes, NUL-terminated (not counted); they live as long as the secret. */
const char *secret_bytes(const struct secret *secret, size_t *ret_size);

/* Where it came from. */
const char *secret_source(const struct secret *secret);

/* Overwrites memory that held a secret, in a way that the compiler keeps. */
void secret_wipe(void *bytes, size_t size);

struct buf;

/* Wipes what a buffer holds, and gives its memory back. */
void secret_buf_finish(struct buf *buf);
#define _cleanup_secret_buf_ __attribute__((cleanup(secret_buf_finish)))

#endif
