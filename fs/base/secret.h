/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_SECRET_H
#define COCFS_BASE_SECRET_H

#include <stddef.h>

/* The most bytes of a secret: an AK, an SK, a security token (the longest seen is about 8 KB), or
 * an X-Auth-Token. */
#define SECRET_MAX 16384

/*
 * A secret: bytes, and the source that they came from. A secret prints as "***", and secret_close()
 * wipes it. Its memory is kept out of core dumps and, where the limit of the process allows it, out
 * of swap.
 */
struct secret;

/*
 * Copies size bytes (at most SECRET_MAX) into a new secret. source says to people where the bytes
 * came from ("the environment variable HUAWEICLOUD_SDK_SK"); the text is copied. Returns 0 and a
 * secret that the caller closes; -E2BIG, -ENOMEM.
 */
int secret_open(const void *bytes, size_t size, const char *source, struct secret **ret_secret);

/* Wipes and frees a secret. NULL is accepted. */
void secret_close(struct secret *secret);

/* Returns the bytes; they live as long as the secret. A NUL follows the bytes. *ret_size is their
 * number without the NUL; ret_size may be NULL. */
const char *secret_bytes(const struct secret *secret, size_t *ret_size);

/* Returns the source of a secret. The text lives as long as the secret. */
const char *secret_source(const struct secret *secret);

/*
 * Takes a secret out of a text that people will read, such as the answer of a service that quotes
 * the request. Where the text has the first SECRET_BEGIN_SIZE bytes of the secret, these bytes and
 * the rest of the word become "***". So the secret is found even if the text has only its
 * beginning, or spells its end in another way. The text never grows. A secret with fewer bytes is
 * not looked for, because so short a text may stand anywhere.
 */
#define SECRET_BEGIN_SIZE 8
void secret_hide(const char *secret, char *text);

/* Overwrites memory that held a secret. A compiler does not remove this call. */
void secret_wipe(void *bytes, size_t size);

struct buf;

/* Wipes the memory of a buffer, and frees it. */
void secret_buf_finish(struct buf *buf);
#define _cleanup_secret_buf_ __attribute__((cleanup(secret_buf_finish)))

#endif
