/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/http/uri.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

/* at: where the next decoded text is written. All texts are written into uri.memory: a decoded text
 * is never longer than its source. */
struct cutter {
	char *at;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes size bytes into a text with a NUL at its end. plus_is_space: '+' becomes a blank, as in a
 * query. Returns 0; or -EINVAL for a wrong escape, a NUL, or bytes that are not UTF-8. */
static int decode_part(struct cutter *cutter, const char *raw, size_t size, bool plus_is_space,
		       const char **ret_text)
{
	char *text = cutter->at, *out = text;

	for (size_t i = 0; i < size; i++) {
		char c = raw[i];

		if (c == '%') {
			int high = size - i > 2 ? hex_digit(raw[i + 1]) : -1;
			int low = high >= 0 ? hex_digit(raw[i + 2]) : -1;

			if (low < 0)
				return -EINVAL;
			c = (char)(high << 4 | low);
			if (!c)
				return -EINVAL;
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		*out++ = c;
	}
	if (utf8_valid_prefix(text, (size_t)(out - text)) != (size_t)(out - text))
		return -EINVAL;
	*out = '\0';
	cutter->at = out + 1;
	*ret_text = text;
	return 0;
}

static int parse_path(struct cutter *cutter, const char *raw, size_t size, struct uri *uri)
{
	const char *end = raw + size, *from = raw + 1;
	int r;

	r = decode_part(cutter, raw, size, false, &uri->path);
	for (; r == 0 && from <= end; uri->n_segments++) {
		const char *slash = memchr(from, '/', (size_t)(end - from));
		const char *to = slash ? slash : end;

		if (uri->n_segments < URI_SEGMENTS_MAX)
			r = decode_part(cutter, from, (size_t)(to - from), false,
					&uri->segments[uri->n_segments]);
		from = to + 1;
	}
	return r;
}

static int parse_query(struct cutter *cutter, const char *query, struct uri *uri)
{
	int r = 0;

	while (r == 0 && *query) {
		size_t size = strcspn(query, "&");
		const char *equals = memchr(query, '=', size);
		size_t key_size = equals ? (size_t)(equals - query) : size;
		struct sign_param *param = &uri->params[uri->n_params];

		if (size) {
			r = decode_part(cutter, query, key_size, true, &param->key);
			if (r == 0)
				r = decode_part(cutter, equals ? equals + 1 : "",
						equals ? size - key_size - 1 : 0, true,
						&param->value);
			uri->n_params++;
		}
		query += size;
		query += *query == '&';
	}
	return r;
}

/* Makes room for the parameters of a query. Returns 0; -E2BIG if there are more than
 * SIGN_QUERY_MAX; or -ENOMEM. */
static int reserve_params(const char *query, struct uri *uri)
{
	size_t n = 0;

	while (*query) {
		size_t size = strcspn(query, "&");

		n += size > 0;
		query += size;
		query += *query == '&';
	}
	if (n > SIGN_QUERY_MAX)
		return -E2BIG;
	uri->params = calloc(n ? n : 1, sizeof(*uri->params));
	return uri->params ? 0 : -ENOMEM;
}

int uri_parse(const char *raw, struct uri *ret_uri)
{
	size_t size = strlen(raw), path_size = strcspn(raw, "?");
	struct uri uri = {0};
	struct cutter cutter;
	int r;

	if (raw[0] != '/')
		return -EINVAL;
	/* three bytes for each byte of the target are enough: the path is written twice, and a
	 * parameter of one byte has two NULs. These are behind its key and its empty value */
	uri.memory = malloc(size * 3 + 16);
	if (!uri.memory)
		return -ENOMEM;
	cutter.at = uri.memory;
	r = parse_path(&cutter, raw, path_size, &uri);
	if (r == 0 && raw[path_size] == '?')
		r = reserve_params(raw + path_size + 1, &uri);
	if (r == 0 && uri.params)
		r = parse_query(&cutter, raw + path_size + 1, &uri);
	if (r < 0) {
		uri_finish(&uri);
		return r;
	}
	*ret_uri = uri;
	return 0;
}

void uri_finish(struct uri *uri)
{
	free(uri->params);
	free(uri->memory);
	*uri = (struct uri){0};
}

const char *uri_param(const struct uri *uri, const char *key)
{
	for (size_t i = 0; i < uri->n_params; i++)
		if (!strcmp(uri->params[i].key, key))
			return uri->params[i].value[0] ? uri->params[i].value : NULL;
	return NULL;
}
