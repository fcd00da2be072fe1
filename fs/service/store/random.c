/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/store/random.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>

#include "base/secret.h"

/* Writes size random bytes. size: at most 256, because no signal cuts such a request short. Returns
 * 0 or -EIO. */
static int random_bytes(unsigned char *bytes, size_t size)
{
	return getrandom(bytes, size, 0) == (ssize_t)size ? 0 : -EIO;
}

int random_text(const char *alphabet, size_t size, char *ret_text)
{
	size_t letters = strlen(alphabet), filled = 0;
	unsigned char pool[64];
	/* bytes from here on are dropped: they would make the first letters more likely */
	unsigned fair = 256 - 256 % (unsigned)letters;
	int r = 0;

	while (filled < size) {
		r = random_bytes(pool, sizeof(pool));
		if (r < 0)
			break;
		for (size_t i = 0; i < sizeof(pool) && filled < size; i++)
			if (pool[i] < fair)
				ret_text[filled++] = alphabet[pool[i] % letters];
	}
	ret_text[filled] = '\0';
	secret_wipe(pool, sizeof(pool));
	return r;
}

int random_uuid(char ret_uuid[UUID_SIZE])
{
	unsigned char b[16];
	int r = random_bytes(b, sizeof(b));

	if (r < 0)
		return r;
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(ret_uuid, UUID_SIZE,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		 b[15]);
	return 0;
}
