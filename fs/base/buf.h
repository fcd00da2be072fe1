/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_BUF_H
#define COCFS_BASE_BUF_H

#include <stddef.h>

/*
 * A growing run of bytes. Zero-initialise the struct. buf_finish() frees the memory and leaves the
 * struct usable. data is NULL until the first append or reserve. After an append a NUL follows the
 * bytes; size does not count the NUL.
 *
 * An error sticks: once there was no memory, the buffer keeps the bytes that it has, and every
 * further append fails too. So after several appends, check only the result of the last one, or
 * error.
 */
struct buf {
	char *data;
	size_t size; /* bytes in data */
	size_t room; /* bytes allocated for data, with room for the NUL */
	int error;   /* 0, or -ENOMEM once an append or a reserve has failed */
};

/* Frees the memory of a buffer. Afterwards the buffer is empty, without an error, and usable. */
void buf_finish(struct buf *buf);
#define _cleanup_buf_ __attribute__((cleanup(buf_finish)))

/* Appends size bytes. Returns buf->error: 0 or -ENOMEM. */
int buf_append(struct buf *buf, const void *data, size_t size);

/* Appends a text, without its NUL. Returns buf->error: 0 or -ENOMEM. */
int buf_puts(struct buf *buf, const char *text);

/* Appends formatted text (printf(3)). Returns buf->error: 0 or -ENOMEM. */
int buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Takes memory for at least size more bytes now, so that appending them cannot fail. Returns
 * buf->error: 0 or -ENOMEM. */
int buf_reserve(struct buf *buf, size_t size);

/* Keeps the first size bytes and drops the others. Clears buf->error. size must be at most
 * buf->size. */
void buf_cut(struct buf *buf, size_t size);

/* Takes the memory with the bytes out of the buffer, which is empty afterwards; the caller frees
 * the memory. Returns NULL if data is NULL. If buf->error is set, frees the bytes and returns
 * NULL. */
char *buf_steal(struct buf *buf);

#endif
