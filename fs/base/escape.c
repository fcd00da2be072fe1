/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include <stdbool.h>
#include <string.h>

#include "base/shown.h"

/* Returns how many bytes at the beginning of a text need no escape. left: the size of the text. */
static size_t plain_length(const char *text, size_t left)
{
	size_t at = 0, size;

	while (at < left && text[at] != '\\' && shown_char(text + at, left - at, &size))
		at += size;
	return at;
}

int escape_append(struct buf *buf, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		size_t size = plain_length(text, left);

		if (size) {
			buf_append(buf, text, size);
		} else {
			shown_char(text, left, &size);
			for (size_t i = 0; i < size; i++)
				buf_printf(buf, "\\%03o", (unsigned)(unsigned char)text[i]);
		}
		text += size;
		left -= size;
	}
	return buf->error;
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
