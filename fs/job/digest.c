/* SPDX-License-Identifier: MIT */
#include "job/digest.h"

#include <errno.h>
#include <openssl/evp.h>

int content_digest(const void *content, size_t size, unsigned char ret_digest[CONTENT_DIGEST_SIZE])
{
	return EVP_Digest(content, size, ret_digest, NULL, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
}
