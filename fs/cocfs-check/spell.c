/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs-check/spell.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/shown.h"
#include "base/utf8.h"

void spell_path(FILE *file, const char *path)
{
	_cleanup_buf_ struct buf text = {0};

	/* if memory is short, leave the path out: the rest of the line is still of use */
	if (escape_append(&text, path) == 0 && text.data)
		fputs(text.data, file);
}

/* Writes a character as an escape of JSON, "\uXXXX"; a character beyond U+FFFF as two escapes (a
 * surrogate pair). */
static void write_json_escape(FILE *file, uint32_t character)
{
	if (character > 0xffff) {
		character -= 0x10000;
		fprintf(file, "\\u%04x", 0xd800 + (character >> 10));
		character = 0xdc00 + (character & 0x3ff);
	}
	fprintf(file, "\\u%04x", character);
}

void spell_json(FILE *file, const char *text)
{
	size_t left = strlen(text), size;

	putc('"', file);
	for (; left; text += size, left -= size) {
		uint32_t character = 0xfffd;

		if (*text == '"' || *text == '\\') {
			size = 1;
			fprintf(file, "\\%c", *text);
		} else if (shown_char(text, left, &size)) {
			fwrite(text, 1, size, file);
		} else {
			utf8_next(text, left, &character);
			write_json_escape(file, character);
		}
	}
	putc('"', file);
}

/* Returns a path without "./" at its beginning: tools that compare paths do not expect the "./". */
static const char *skip_dot(const char *path)
{
	while (!strncmp(path, "./", 2))
		for (path += 2; *path == '/'; path++)
			;
	return path;
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~/", c));
}

void spell_uri(FILE *file, const char *path)
{
	path = skip_dot(path);
	if (*path == '/') {
		fputs("file://", file);
		while (path[1] == '/')
			path++;
	}
	for (const unsigned char *c = (const unsigned char *)path; *c; c++)
		fprintf(file, is_unreserved(*c) ? "%c" : "%%%02X", *c);
}

void spell_github_path(FILE *file, const char *path)
{
	for (const unsigned char *c = (const unsigned char *)skip_dot(path); *c; c++)
		fprintf(file, *c < ' ' || *c == 0x7f || strchr("%:,", *c) ? "%%%02X" : "%c", *c);
}

void spell_github_text(FILE *file, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		fprintf(file, *c < ' ' || *c == '%' ? "%%%02X" : "%c", *c);
}
