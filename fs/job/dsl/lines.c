/* SPDX-License-Identifier: MIT */
#include "job/dsl/lines.h"

#include <string.h>

#define BREAK_SIZE_MAX 3 /* bytes of the longest line breaks, LS and PS */

size_t dsl_bom_size(const char *content, size_t size)
{
	return size >= 3 && !memcmp(content, "\xef\xbb\xbf", 3) ? 3 : 0;
}

size_t dsl_break_size(const char *content, size_t left)
{
	if (content[0] == '\n')
		return 1;
	if (content[0] == '\r')
		return left > 1 && content[1] == '\n' ? 2 : 1;
	if (left >= 2 && !memcmp(content, "\xc2\x85", 2))
		return 2;
	if (left >= 3 &&
	    (!memcmp(content, "\xe2\x80\xa8", 3) || !memcmp(content, "\xe2\x80\xa9", 3)))
		return 3;
	return 0;
}

bool dsl_begins_line(const char *content, size_t at)
{
	if (at == dsl_bom_size(content, at))
		return true;
	for (size_t size = 1; size <= BREAK_SIZE_MAX && size <= at; size++) {
		if (dsl_break_size(content + at - size, size) == size)
			return true;
	}
	return false;
}

void dsl_place_of_offset(const char *content, size_t offset, unsigned *ret_line,
			 unsigned *ret_column)
{
	unsigned line = 1, column = 1;
	size_t at = dsl_bom_size(content, offset);

	while (at < offset) {
		size_t skip = dsl_break_size(content + at, offset - at);

		if (skip) {
			line++;
			column = 1;
			at += skip;
			continue;
		}
		/* count only the first byte of each character */
		column += (content[at] & 0xc0) != 0x80;
		at++;
	}
	*ret_line = line;
	*ret_column = column;
}
