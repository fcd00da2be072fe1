/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include <stdbool.h>

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != 0x7f && c != '\\';
}

int escape_append(struct buf *buf, const char *text)
{
	int r = 0;

	while (r == 0 && *text) {
		size_t plain = 0;

		while (text[plain] && is_plain((unsigned char)text[plain]))
			plain++;
		r = plain ? buf_append(buf, text, plain) : 0;
		text += plain;
		if (r == 0 && *text)
			r = buf_printf(buf, "\\%03o", (unsigned)(unsigned char)*text++);
	}
	return r;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

void escape_undo(char *text)
{
	char *to = text;

	while (*text) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && is_octal(text[2]) &&
		    is_octal(text[3])) {
			*to++ = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 +
				       (text[3] - '0'));
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}
