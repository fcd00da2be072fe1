/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_BUF_H
#define COCFS_BASE_BUF_H

#include <stddef.h>

/*
 * A growing run of bytes. Zero-initialise it; buf_finish() gives its memory back and leaves it
 * usable. data is NUL-terminated after every successful append (the NUL is not counted), NULL
 * while empty.
 */
struct buf {
	char *data;
	size_t size;
	size_t room;
};

void buf_finish(struct buf *buf);
#define _cleanup_buf_ __attribute__((cleanup(buf_finish)))

/* Appends bytes. Returns 0, or -ENOMEM with the buffer as it was. */
int buf_append(struct buf *buf, const void *data, size_t size);

/* Appends formatted text. Returns 0 or -ENOMEM. */
int buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for at least size more bytes. Returns 0 or -ENOMEM. */
int buf_reserve(struct buf *buf, size_t size);

/* Takes the text out; the caller frees it. NULL when empty. */
char *buf_steal(struct buf *buf);

#endif
