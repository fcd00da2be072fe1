/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_BUF_H
#define COCFS_BASE_BUF_H

#include <stddef.h>

/*
 * A growing run of bytes. Zero-initialise the struct. buf_finish() frees the memory and leaves the
 * struct usable. data is NULL until the first append. Then data ends with a NUL, which size does
 * not count.
 *
 * An error sticks: once there was no memory, the buffer keeps the bytes that it has, and every
 * further append fails too. So check the last call of a sequence, or error, and no call before.
 */
struct buf {
	char *data;
	size_t size;
	size_t room;
	int error; /* 0, or -ENOMEM once an append or a reserve has failed */
};

/* Frees the memory of a buffer. The buffer is as new afterwards. */
void buf_finish(struct buf *buf);
#define _cleanup_buf_ __attribute__((cleanup(buf_finish)))

/* Appends size bytes. Returns buf->error. */
int buf_append(struct buf *buf, const void *data, size_t size);

/* Appends a text. Returns buf->error. */
int buf_puts(struct buf *buf, const char *text);

/* Appends formatted text. Returns buf->error. */
int buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for at least size more bytes. Returns buf->error. */
int buf_reserve(struct buf *buf, size_t size);

/* Drops the bytes after the first size bytes, and the error. size is at most buf->size. */
void buf_cut(struct buf *buf, size_t size);

/* Takes the bytes out of the buffer; the caller frees them. Returns NULL if nothing was appended
 * or if an append failed. The buffer is as new afterwards. */
char *buf_steal(struct buf *buf);

#endif
