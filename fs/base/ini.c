/* SPDX-License-Identifier: MIT */
#include "base/ini.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define BLANK " \t\r"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static char *trim_line(char *text)
{
	size_t length;

	text += strspn(text, BLANK);
	length = strlen(text);
	while (length && strchr(BLANK, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

/* Cuts the comment off a line. The sign '#' or ';' begins a comment only at the start of the line,
 * or behind white space. */
static void cut_comment(char *line)
{
	for (char *p = line; *p; p++)
		if ((*p == '#' || *p == ';') && (p == line || strchr(BLANK, p[-1]))) {
			*p = '\0';
			return;
		}
}

static char *unquote_value(char *value)
{
	size_t length = strlen(value);

	if (length < 2 || (value[0] != '"' && value[0] != '\'') || value[length - 1] != value[0])
		return value;
	value[length - 1] = '\0';
	return value + 1;
}

static bool line_has_control(const char *line, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)line[i];

		if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7f)
			return true;
	}
	return false;
}

static int parse_line(char *line, const char **section, ini_fn *fn, void *data, bool *ret_bad)
{
	size_t length;
	char *equals;

	cut_comment(line);
	line = trim_line(line);
	length = strlen(line);
	if (!length)
		return 0;
	if (line[0] == '[' && line[length - 1] == ']') {
		line[length - 1] = '\0';
		*section = trim_line(line + 1);
		return 0;
	}
	equals = strchr(line, '=');
	if (!equals || equals == line) {
		*ret_bad = true;
		return -EINVAL;
	}
	*equals = '\0';
	return fn(data, *section, trim_line(line), unquote_value(trim_line(equals + 1)));
}

int ini_parse(char *text, size_t size, ini_fn *fn, void *data, unsigned *ret_line)
{
	char *line = text, *end = text + size;
	const char *section = "";
	unsigned number = 0;
	bool bad = false;
	int r = 0;

	if (size >= 3 && !memcmp(text, BYTE_ORDER_MARK, 3))
		line += 3;
	while (r == 0 && line < end) {
		char *newline = memchr(line, '\n', (size_t)(end - line));
		char *next = newline ? newline + 1 : end;
		size_t length = (size_t)((newline ? newline : end) - line);

		number++;
		if (line_has_control(line, length)) {
			bad = true;
			r = -EINVAL;
			break;
		}
		line[length] = '\0';
		r = parse_line(line, &section, fn, data, &bad);
		line = next;
	}
	if (bad)
		*ret_line = number;
	return r;
}
