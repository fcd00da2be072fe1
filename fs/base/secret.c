/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/buf.h"

struct secret {
	char *bytes; /* pages of its own: madvise() and mlock() work on whole pages */
	size_t size;
	char *source;
};

#define PAGES_SIZE (SECRET_MAX + 4096)

int secret_open(const void *bytes, size_t size, const char *source, struct secret **ret_secret)
{
	struct secret *secret;
	char *pages;

	if (size > SECRET_MAX)
		return -E2BIG;
	secret = calloc(1, sizeof(*secret));
	if (!secret)
		return -ENOMEM;
	secret->source = strdup(source);
	pages = mmap(NULL, PAGES_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!secret->source || pages == MAP_FAILED) {
		if (pages != MAP_FAILED)
			munmap(pages, PAGES_SIZE);
		free(secret->source);
		free(secret);
		return -ENOMEM;
	}
	/* ignore a failure of madvise() or mlock(): process_keep_secrets() forbids core files, too,
	 * and mlock() may be over the limit of the process */
	madvise(pages, PAGES_SIZE, MADV_DONTDUMP);
	mlock(pages, size + 1);
	memcpy(pages, bytes, size);
	secret->bytes = pages;
	secret->size = size;
	*ret_secret = secret;
	return 0;
}

void secret_close(struct secret *secret)
{
	if (!secret)
		return;
	secret_wipe(secret->bytes, secret->size);
	munmap(secret->bytes, PAGES_SIZE);
	free(secret->source);
	free(secret);
}

const char *secret_bytes(const struct secret *secret, size_t *ret_size)
{
	if (ret_size)
		*ret_size = secret->size;
	return secret->bytes;
}

const char *secret_source(const struct secret *secret)
{
	return secret->source;
}

/* Returns how many bytes at the beginning of a text quote the secret: the bytes that are equal, and
 * the rest of the word behind them. */
static size_t echo_length(const char *secret, const char *text)
{
	size_t length = 0;

	while (secret[length] && text[length] == secret[length])
		length++;
	return length + strcspn(text + length, " \t\r\n\"'<>,;");
}

void secret_hide(const char *secret, char *text)
{
	static const char shown[] = "***";
	char begin[SECRET_BEGIN_SIZE + 1];

	if (strlen(secret) < SECRET_BEGIN_SIZE)
		return;
	memcpy(begin, secret, SECRET_BEGIN_SIZE);
	begin[SECRET_BEGIN_SIZE] = '\0';
	while ((text = strstr(text, begin))) {
		const char *rest = text + echo_length(secret, text);

		memcpy(text, shown, strlen(shown));
		text += strlen(shown);
		memmove(text, rest, strlen(rest) + 1);
	}
	secret_wipe(begin, sizeof(begin));
}

void secret_wipe(void *bytes, size_t size)
{
	explicit_bzero(bytes, size);
}

void secret_buf_finish(struct buf *buf)
{
	if (buf->data)
		secret_wipe(buf->data, buf->room);
	buf_finish(buf);
}
