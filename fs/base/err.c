/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/shown.h"

/* Makes a text that vsnprintf(3) has written into room bytes fit to be shown. length: what
 * vsnprintf(3) returned. */
static void put_right(char *text, size_t room, int length)
{
	if (length >= 0 && (size_t)length >= room)
		shown_drop_half(text);
	shown_clean(text);
}

void err_fill(struct err *err, int errnum, const char *fmt, ...)
{
	va_list args;
	int length;

	if (!err)
		return;
	err->errnum = errnum;
	err->details[0] = '\0';
	err->line = err->column = 0;
	va_start(args, fmt);
	length = vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	put_right(err->text, sizeof(err->text), length);
}

void err_context(struct err *err, const char *fmt, ...)
{
	char context[ERR_TEXT_MAX / 2], sentence[ERR_TEXT_MAX];
	va_list args;
	int length;

	if (!err)
		return;
	va_start(args, fmt);
	vsnprintf(context, sizeof(context), fmt, args);
	va_end(args);
	memcpy(sentence, err->text, sizeof(sentence));
	/* where context and sentence together are too long, the end of the sentence is cut */
	length = snprintf(err->text, sizeof(err->text), "%s: %s", context, sentence);
	if (length < 0)
		memcpy(err->text, sentence, sizeof(sentence));
	put_right(err->text, sizeof(err->text), length);
}

void err_place(struct err *err, unsigned line, unsigned column)
{
	if (!err)
		return;
	err_context(err, "%u:%u", line, column);
	err_detail(err, "line", "%u", line);
	err_detail(err, "column", "%u", column);
	err->line = line;
	err->column = column;
}

const char *err_sentence(const struct err *err)
{
	char place[64];
	int length = snprintf(place, sizeof(place), "%u:%u: ", err->line, err->column);

	return err->line && !strncmp(err->text, place, (size_t)length) ? err->text + length
								       : err->text;
}

void err_detail(struct err *err, const char *key, const char *fmt, ...)
{
	size_t used, left;
	va_list args;
	int head, n;

	if (!err)
		return;
	used = strlen(err->details);
	left = sizeof(err->details) - used;
	head = snprintf(err->details + used, left, "%s: ", key);
	if (head < 0 || (size_t)head + 2 > left) {
		err->details[used] = '\0';
		return;
	}
	va_start(args, fmt);
	n = vsnprintf(err->details + used + head, left - (size_t)head - 1, fmt, args);
	va_end(args);
	if (n <= 0) {
		err->details[used] = '\0';
		return;
	}
	put_right(err->details + used + head, left - (size_t)head - 1, n);
	strcat(err->details + used, "\n");
}

const char *err_find(const struct err *err, const char *key, size_t *ret_size)
{
	size_t length = strlen(key);

	for (const char *line = err->details, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!strncmp(line, key, length) && !strncmp(line + length, ": ", 2)) {
			line += length + 2;
			*ret_size = (size_t)(end - line);
			return line;
		}
	}
	return NULL;
}

void err_drop(struct err *err, const char *key)
{
	size_t length = strlen(key);

	for (char *line = err->details, *end; *line; line = end) {
		end = strchr(line, '\n') + 1;
		if (!strncmp(line, key, length) && !strncmp(line + length, ": ", 2)) {
			memmove(line, end, strlen(end) + 1);
			end = line;
		}
	}
}

const char *err_name(int errnum)
{
	static char unnamed[32];
	const char *name = strerrorname_np(errnum);

	if (name)
		return name;
	snprintf(unnamed, sizeof(unnamed), "errno %d", errnum);
	return unnamed;
}

char *err_story(const struct err *err)
{
	char *story;

	if (asprintf(&story, "%s\nerrno: %s\n%s", err->text, err_name(err->errnum), err->details) <
	    0)
		return NULL;
	return story;
}
