/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DIGEST_H
#define COCFS_JOB_DIGEST_H

#include <stddef.h>

#define CONTENT_DIGEST_SIZE 32

/* Makes the SHA-256 of a job's content (size bytes). Returns 0, or -EIO if the crypto library
 * fails. */
int content_digest(const void *content, size_t size, unsigned char ret_digest[CONTENT_DIGEST_SIZE]);

/* Makes the SHA-256 of the content without blanks, tabs, line ends and byte order marks. If the
 * service normalises a content, it changes only these, so the result stays the same. Returns 0,
 * -ENOMEM or -EIO. */
int content_gist(const char *content, size_t size, unsigned char ret_digest[CONTENT_DIGEST_SIZE]);

#endif
