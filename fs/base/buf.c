/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 256

void buf_finish(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){0};
}

static int keep_error(struct buf *buf)
{
	buf->error = -ENOMEM;
	return buf->error;
}

int buf_reserve(struct buf *buf, size_t size)
{
	size_t need, room = buf->room ? buf->room : ROOM_MIN;
	char *data;

	if (buf->error)
		return buf->error;
	if (__builtin_add_overflow(buf->size, size, &need) ||
	    __builtin_add_overflow(need, 1, &need))
		return keep_error(buf);
	if (need <= buf->room)
		return 0;
	while (room < need)
		if (__builtin_mul_overflow(room, 2, &room))
			return keep_error(buf);
	data = realloc(buf->data, room);
	if (!data)
		return keep_error(buf);
	buf->data = data;
	buf->room = room;
	return 0;
}

int buf_append(struct buf *buf, const void *data, size_t size)
{
	if (buf_reserve(buf, size) < 0)
		return buf->error;
	if (size)
		memcpy(buf->data + buf->size, data, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
	return 0;
}

int buf_puts(struct buf *buf, const char *text)
{
	return buf_append(buf, text, strlen(text));
}

int buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	size_t room;
	int n;

	if (buf_reserve(buf, 0) < 0)
		return buf->error;
	room = buf->room - buf->size;
	va_start(args, fmt);
	n = vsnprintf(buf->data + buf->size, room, fmt, args);
	va_end(args);
	if (n < 0 || buf_reserve(buf, (size_t)n) < 0) {
		buf->data[buf->size] = '\0';
		return keep_error(buf);
	}
	if ((size_t)n >= room) { /* vsnprintf() has cut the text */
		va_start(args, fmt);
		vsnprintf(buf->data + buf->size, (size_t)n + 1, fmt, args);
		va_end(args);
	}
	buf->size += (size_t)n;
	return 0;
}

void buf_cut(struct buf *buf, size_t size)
{
	buf->error = 0;
	buf->size = size;
	if (buf->data)
		buf->data[size] = '\0';
}

char *buf_steal(struct buf *buf)
{
	char *data = buf->data;

	if (buf->error) {
		free(data);
		data = NULL;
	}
	*buf = (struct buf){0};
	return data;
}
