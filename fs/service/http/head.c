/* SPDX-License-Identifier: MIT */
/*
 * libmicrohttpd (0.9.75) reports what it has understood of a head. A NUL ends a text: it reports
 * "Content-Length: 3<NUL>6" as 3. A bare LF ends a line, as CR LF does. A line that begins with a
 * blank is joined to the line before. A load balancer may understand each of these in another way.
 * Then it takes the end of one request for the beginning of another.
 *
 * The bytes can be checked all the same. A head is parsed in the memory in which it was received:
 * libmicrohttpd writes a NUL over each separator. Its texts point into that memory. So exactly the
 * separators stand between a text and the next one. All lines together must be as long as the head.
 *
 * libmicrohttpd 1.0 (Debian 13) writes one NUL only: over the CR, or over the first blank behind a
 * value. The rest of the separator stays. If it is set to be strict (server.c), it refuses by
 * itself a bare LF, a NUL, and a line that goes on in the next one. If a long head leaves little
 * memory, it moves the beginning of the body over the separators behind the last text. So behind a
 * long head these bytes are not checked.
 *
 * Of a body in chunks, libmicrohttpd reports only the data. When the head is parsed, the bytes
 * behind it are there as they came, and zeros follow: a connection's memory is wiped before each
 * request. Bytes that come later cannot be checked. So if the end of a body was not seen, its
 * connection is closed after the request, and bytes behind the body are never taken for a request.
 * libmicrohttpd 1.0 does not wipe that memory, so there the end of such a body is never seen.
 */
#include "service/http/head.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "service/bounds.h"

#define HEX_DIGITS "0123456789abcdefABCDEF"
/* Hexadecimal digits that a chunk's size has at most: 15 fit into a size_t, and no body is that
 * large. */
#define SIZE_DIGITS_MAX 15
/* Behind a longer head, libmicrohttpd 1.0 may move the body. It does so if its buffer is nearly
 * full, and the buffer has at least half of the memory. */
#define HEAD_UNMOVED_MAX (SERVICE_CONNECTION_MEMORY / 4)

bool head_keeps_separators(void)
{
	return MHD_get_version()[0] != '0';
}

/* end: the NUL that libmicrohttpd has written behind a text. Returns the beginning of the next
 * line, if the text ended with CR LF as it came. Else returns NULL. */
static const char *end_line(const char *end)
{
	if (!head_keeps_separators())
		return !end[0] && !end[1] ? end + 2 : NULL;
	if (end[0])
		return NULL;
	if (end[1] == '\n')
		return end + 2;
	end += 1 + strspn(end + 1, " \t");
	return end[0] == '\r' && end[1] == '\n' ? end + 2 : NULL;
}

/* Does the empty line behind the headers begin at this byte of the memory in which libmicrohttpd
 * has parsed the head? */
static bool is_empty_line(const char *at)
{
	return head_keeps_separators() ? at[0] == '\r' && at[1] == '\n' : !at[0] && !at[1];
}

/* Notes that a text ends here, with a NUL. */
static void end_text(struct head *head, const char *end)
{
	head->text_end = end;
	head->next = end_line(end);
}

void head_begin(struct head *head, const char *method, const char *target, size_t target_size,
		const char *version)
{
	*head = (struct head){.begin = method};
	if (target == method + strlen(method) + 1 && version == target + target_size + 1)
		end_text(head, version + strlen(version));
}

/* Returns 1 if a value has a character that no header may have, else 0. */
static int has_control(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
			return 1;
	return 0;
}

void head_take(struct head *head, const char *name, const char *value)
{
	const bool follows = head->next && head->next == name && value;
	const char *at = name;

	head->next = head->text_end = NULL;
	if (!follows)
		return;
	at += strlen(name) + 1;
	at += strspn(at, " \t");
	if (at == value && !has_control(value))
		end_text(head, value + strlen(value));
}

/* Do only the separators that end a head stand between its last text and end? */
static bool is_end_of_head(const struct head *head, const char *end)
{
	if (head_keeps_separators() && head->text_end && end - head->begin > HEAD_UNMOVED_MAX)
		return end - head->text_end >= (ptrdiff_t)strlen("\r\n\r\n");
	return head->next && head->next + 2 == end && is_empty_line(head->next);
}

const char *head_fault(const struct head *head, const char *end)
{
	if (is_end_of_head(head, end))
		return NULL;
	return "the head has a NUL or another control character, a line that does not end with CR "
	       "LF, "
	       "or a line that goes on in the next one";
}

/* Moves *at behind a line that ends with CR LF, and returns CHUNKS_GOOD. Otherwise *at stays.
 * Returns CHUNKS_UNSEEN if the end of the line has not come, CHUNKS_BAD if it is a bare CR or
 * LF. */
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

/* Checks the lines behind the last chunk, up to the empty line that ends the body. Returns
 * CHUNKS_GOOD if all are there, else what skip_line() says of the line that is not. */
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

	if (head_keeps_separators())
		return CHUNKS_UNSEEN;
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
