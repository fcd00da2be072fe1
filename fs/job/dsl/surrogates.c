/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/dsl/surrogates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_HALF 0xd800u
#define SECOND_HALF 0xdc00u
#define HALVES 0x800u	/* how many halves there are */
#define ESCAPE_SIZE 6	/* \uXXXX */
#define SEQUENCE_SIZE 3 /* bytes of a character of the private area */

/* Where the three blocks of Unicode's private area begin whose characters may stand for halves. */
static const uint32_t bases[] = {0xe000, 0xe800, 0xf000};

void dsl_halves_finish(struct dsl_halves *halves)
{
	free(halves->copy);
	*halves = (struct dsl_halves){0};
}

static bool is_in_block(uint32_t point, uint32_t base)
{
	return point >= base && point < base + HALVES;
}

/* Reads \uXXXX or \UXXXXXXXX. Returns false if the text does not begin with such an escape. */
static bool read_escape(const char *text, const char *end, uint32_t *ret_point)
{
	size_t digits = end - text > 1 && text[1] == 'U' ? 8 : 4;
	uint32_t point = 0;

	if ((size_t)(end - text) < digits + 2 || text[0] != '\\' ||
	    (text[1] != 'u' && text[1] != 'U'))
		return false;
	for (size_t i = 2; i < digits + 2; i++) {
		char c = text[i] | 0x20;

		if (text[i] >= '0' && text[i] <= '9')
			point = point << 4 | (uint32_t)(text[i] - '0');
		else if (c >= 'a' && c <= 'f')
			point = point << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*ret_point = point;
	return true;
}

/* Decodes a character of three bytes of valid UTF-8. Returns it if it is U+E000 to U+FFFF, else 0.
 * Only U+E000 to U+F8FF is the private area: the callers ask whether the character is in one of its
 * blocks. */
static uint32_t read_private(const char *text, const char *end)
{
	const unsigned char *byte = (const unsigned char *)text;

	if (end - text < SEQUENCE_SIZE || (byte[0] != 0xee && byte[0] != 0xef))
		return 0;
	return (byte[0] & 0x0fu) << 12 | (byte[1] & 0x3fu) << 6 | (byte[2] & 0x3fu);
}

/* Returns the next escape of a half: "\ud800" to "\udfff". Skips an escape whose backslash is
 * itself escaped. Returns NULL if there is no escape of a half. */
static const char *find_half(const char *text, const char *end)
{
	uint32_t point;

	while ((text = memchr(text, '\\', (size_t)(end - text)))) {
		if (read_escape(text, end, &point) && text[1] == 'u' &&
		    is_in_block(point, FIRST_HALF))
			return text;
		/* skip the character behind a backslash: it may be a backslash too */
		text += end - text > 1 ? 2 : 1;
	}
	return NULL;
}

/* Does the document have a character of the block that begins at base, or the escape of such a
 * character? */
static bool is_used(const char *text, const char *end, uint32_t base)
{
	uint32_t point;

	for (; text < end; text++)
		if (is_in_block(read_private(text, end), base) ||
		    (read_escape(text, end, &point) && is_in_block(point, base)))
			return true;
	return false;
}

/* Replaces the four digits of an escape by those of point. Keeps the case of the old digits. */
static void write_digits(char *escape, uint32_t point)
{
	char digits[5];

	/* the first digit of a half is a letter, which shows the case */
	snprintf(digits, sizeof(digits), escape[2] & 0x20 ? "%04x" : "%04X", point & 0xffff);
	memcpy(escape + 2, digits, 4);
}

int dsl_halves_hide(const char *content, size_t size, struct dsl_halves *ret_halves)
{
	const char *end = content + size, *at = find_half(content, end);
	struct dsl_halves halves = {0};
	uint32_t point;

	for (size_t i = 0; at && !halves.base && i < sizeof(bases) / sizeof(bases[0]); i++)
		if (!is_used(content, end, bases[i]))
			halves.base = bases[i];
	if (!halves.base)
		return 0;
	halves.copy = malloc(size);
	if (!halves.copy)
		return -ENOMEM;
	memcpy(halves.copy, content, size);
	for (; at; at = find_half(at + ESCAPE_SIZE, end))
		if (read_escape(at, end, &point))
			write_digits(halves.copy + (at - content),
				     point - FIRST_HALF + halves.base);
	*ret_halves = halves;
	return 0;
}

/* If this half is the first of a pair and the second half follows, appends the character of the
 * pair. Otherwise appends the hidden half as it is, and sets *ret_alone. Moves *at behind what was
 * read. */
static void show_half(const struct dsl_halves *halves, uint32_t half, const char **at,
		      const char *end, struct buf *out, bool *ret_alone)
{
	uint32_t next = read_private(*at + SEQUENCE_SIZE, end) - halves->base + FIRST_HALF, point;
	char bytes[4];

	if (half >= SECOND_HALF || next < SECOND_HALF || next >= SECOND_HALF + HALVES / 2) {
		*ret_alone = true;
		*at += SEQUENCE_SIZE;
		buf_append(out, *at - SEQUENCE_SIZE, SEQUENCE_SIZE);
		return;
	}
	point = 0x10000u + ((half - FIRST_HALF) << 10) + (next - SECOND_HALF);
	bytes[0] = (char)(0xf0 | point >> 18);
	bytes[1] = (char)(0x80 | (point >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (point >> 6 & 0x3f));
	bytes[3] = (char)(0x80 | (point & 0x3f));
	*at += 2L * SEQUENCE_SIZE;
	buf_append(out, bytes, sizeof(bytes));
}

/* Appends an escape that libyaml has not read, as it stood in the document. */
static void show_escape(const struct dsl_halves *halves, uint32_t point, const char **at,
			struct buf *out)
{
	char escape[ESCAPE_SIZE];

	memcpy(escape, *at, ESCAPE_SIZE);
	write_digits(escape, point - halves->base + FIRST_HALF);
	*at += ESCAPE_SIZE;
	buf_append(out, escape, ESCAPE_SIZE);
}

int dsl_halves_show(const struct dsl_halves *halves, bool quoted, const char *value, size_t size,
		    struct buf *out, bool *ret_alone)
{
	const char *end = value + size, *from = value;
	uint32_t point;

	*ret_alone = false;
	if (!halves->base)
		return buf_append(out, value, size);
	for (const char *at = value; at < end;) {
		bool found =
			quoted ? is_in_block(point = read_private(at, end), halves->base)
			       : read_escape(at, end, &point) && is_in_block(point, halves->base);

		if (!found) {
			at++;
			continue;
		}
		buf_append(out, from, (size_t)(at - from));
		if (quoted)
			show_half(halves, point - halves->base + FIRST_HALF, &at, end, out,
				  ret_alone);
		else
			show_escape(halves, point, &at, out);
		from = at;
	}
	return buf_append(out, from, (size_t)(end - from));
}
