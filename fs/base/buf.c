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

int buf_reserve(struct buf *buf, size_t size)
{
	size_t need, room = buf->room ? buf->room : ROOM_MIN;
	char *data;

	if (__builtin_add_overflow(buf->size, size, &need) ||
	    __builtin_add_overflow(need, 1, &need))
		return -ENOMEM;
	if (need <= buf->room)
		return 0;
	while (room < need)
		if (__builtin_mul_overflow(room, 2, &room))
			return -ENOMEM;
	data = realloc(buf->data, room);
	if (!data)
		return -ENOMEM;
	buf->data = data;
	buf->room = room;
	return 0;
}

int buf_append(struct buf *buf, const void *data, size_t size)
{
	int r = buf_reserve(buf, size);

	if (r < 0)
		return r;
	if (size)
		memcpy(buf->data + buf->size, data, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
	return 0;
}

int buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	size_t room;
	int n, r = buf_reserve(buf, 0);

	if (r < 0)
		return r;
	room = buf->room - buf->size;
	va_start(args, fmt);
	n = vsnprintf(buf->data + buf->size, room, fmt, args);
	va_end(args);
	r = n < 0 ? -ENOMEM : buf_reserve(buf, (size_t)n);
	if (r == 0 && (size_t)n >= room) { /* it was cut */
		va_start(args, fmt);
		vsnprintf(buf->data + buf->size, (size_t)n + 1, fmt, args);
		va_end(args);
	}
	if (r == 0)
		buf->size += (size_t)n;
	else
		buf->data[buf->size] = '\0';
	return r;
}

char *buf_steal(struct buf *buf)
{
	char *data = buf->data;

	*buf = (struct buf){0};
	return data;
}
