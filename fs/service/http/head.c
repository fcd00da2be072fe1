/* SPDX-License-Identifier: MIT */
/*
 * libmicrohttpd (0.9.75) reports what it has understood of a head. A NUL ends a text, so that
 * "Content-Length: 3<NUL>6" is told as 3. A bare LF ends a line as CR LF does, and a line that
 * begins with a blank is joined to the one before. A load balancer may understand each of these in
 * another way, and take the end of one request for the beginning of another.
 *
 * But a head is parsed in the place where it was received: a NUL is written over each separator,
 * and the texts point into that place. So between a text and the next one there is exactly what was
 * between them. All lines together have to be as long as the head.
 *
 * Of a body in chunks only the data is told. When the head is parsed, the bytes behind it are there
 * as they came, and zeros behind these: a connection's memory is wiped before each request. What
 * comes later is never seen. So a body that was not seen to its end is the last thing that its
 * connection is heard for, and whatever is behind it is no request.
 */
#include "service/http/head.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEX_DIGITS "0123456789abcdefABCDEF"
#define SIZE_DIGITS_MAX 15 /* of a chunk: always fit, and are more than a body may have */

/* The beginning of the next line, if a text ends as a line does: CR LF, both overwritten. */
static const char *end_line(const char *end)
{
	return !end[0] && !end[1] ? end + 2 : NULL;
}

void head_begin(struct head *head, const char *method, const char *target, size_t target_size,
		const char *version)
{
	head->next = NULL;
	if (target == method + strlen(method) + 1 && version == target + target_size + 1)
		head->next = end_line(version + strlen(version));
}

/* Is there a character that no value of a header may have? */
static int has_control(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
			return 1;
	return 0;
}

void head_take(struct head *head, const char *name, const char *value)
{
	const char *at = name;

	if (!head->next || head->next != name || !value) {
		head->next = NULL;
		return;
	}
	at += strlen(name) + 1;
	at += strspn(at, " \t");
	head->next = at == value && !has_control(value) ? end_line(value + strlen(value)) : NULL;
}

const char *head_fault(const struct head *head, const char *end)
{
	if (head->next && end_line(head->next) == end)
		return NULL;
	return "the head has a NUL or another control character, a line that does not end with CR "
	       "LF, "
	       "or a line that goes on in the next one";
}

/* Skips a line that ends with CR LF. *at stays where it is when the end has not come. */
static enum chunks skip_line(const char **at)
{
	const char *end = *at + strcspn(*at, "\r\n");

	if (!end[0] || (end[0] == '\r' && !end[1]))
		return CHUNKS_UNSEEN;
	if (end[0] != '\r' || end[1] != '\n')
		return CHUNKS_BAD;
	*at = end + 2;
	return CHUNKS_GOOD;
}

/* The lines behind the last chunk, and the empty one that ends them. */
static enum chunks skip_trailer(const char *at)
{
	enum chunks seen;
	const char *line;

	do {
		line = at;
		seen = skip_line(&at);
	} while (seen == CHUNKS_GOOD && at != line + 2);
	return seen;
}

enum chunks head_look_at_chunks(const char *body)
{
	const char *at = body;

	for (;;) {
		size_t digits = strspn(at, HEX_DIGITS), size = strtoull(at, NULL, 16);
		enum chunks seen;

		if ((!digits && *at) || digits > SIZE_DIGITS_MAX)
			return CHUNKS_BAD;
		seen = skip_line(&at);
		if (seen != CHUNKS_GOOD)
			return seen;
		if (!size)
			return skip_trailer(at);
		if (strnlen(at, size) < size)
			return CHUNKS_UNSEEN;
		at += size;
		if (at[0] && (at[0] != '\r' || (at[1] && at[1] != '\n')))
			return CHUNKS_BAD;
		if (!at[0] || !at[1])
			return CHUNKS_UNSEEN;
		at += 2;
	}
}
