/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

/* Returns the length of the well-formed sequence at p (RFC 3629, section 4); 0 if there is none.
 * left: at least 1. */
static size_t sequence_length(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		length = 2;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		length = 3;
		if (p[0] == 0xe0)
			low = 0xa0; /* a lower second byte: an overlong form */
		if (p[0] == 0xed)
			high = 0x9f; /* a higher second byte: a surrogate */
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		length = 4;
		if (p[0] == 0xf0)
			low = 0x90;
		if (p[0] == 0xf4)
			high = 0x8f; /* U+10FFFF is the last code point */
	} else {
		return 0;
	}
	if (left < length || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return length;
}

size_t utf8_next(const void *bytes, size_t left, uint32_t *ret_character)
{
	static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	const unsigned char *p = bytes;
	size_t length = left ? sequence_length(p, left) : 0;
	uint32_t character;

	if (!length)
		return 0;
	character = p[0] & lead_bits[length];
	for (size_t i = 1; i < length; i++)
		character = character << 6 | (p[i] & 0x3f);
	*ret_character = character;
	return length;
}

size_t utf8_valid_prefix(const void *bytes, size_t size)
{
	const unsigned char *p = bytes;
	size_t at = 0;

	while (at < size) {
		size_t length = sequence_length(p + at, size - at);

		if (!length)
			break;
		at += length;
	}
	return at;
}

size_t utf8_chars(const void *bytes, size_t size)
{
	const unsigned char *p = bytes;
	size_t chars = 0;

	for (size_t i = 0; i < size; i++)
		chars += (p[i] & 0xc0) != 0x80;
	return chars;
}
