/* SPDX-License-Identifier: MIT */
#include "job/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define MARK_SIZE (sizeof(BYTE_ORDER_MARK) - 1)

int content_digest(const void *content, size_t size, unsigned char ret_digest[CONTENT_DIGEST_SIZE])
{
	return EVP_Digest(content, size, ret_digest, NULL, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
}

int content_gist(const char *content, size_t size, unsigned char ret_digest[CONTENT_DIGEST_SIZE])
{
	_cleanup_free_ char *kept = malloc(size + 1);
	size_t n = 0, at = 0;

	if (!kept)
		return -ENOMEM;
	while (at < size) {
		if (size - at >= MARK_SIZE && !memcmp(content + at, BYTE_ORDER_MARK, MARK_SIZE)) {
			at += MARK_SIZE;
			continue;
		}
		if (!memchr(" \t\r\n", content[at], 4))
			kept[n++] = content[at];
		at++;
	}
	return content_digest(kept, n, ret_digest);
}
