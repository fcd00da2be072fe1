/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_HEAD_H
#define COCFS_SERVICE_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Checks the bytes of a request as they came: have the lines of its head, and the chunks of its
 * body, the form of RFC 9112? The way to know this is in head.c. Pure: reads memory, returns what
 * is wrong.
 */
struct head {
	const char *begin;
	const char *next;     /* where the next line must begin; NULL: an earlier line is wrong */
	const char *text_end; /* where the last text ends; NULL: the text itself is wrong */
};

/* Is this libmicrohttpd 1.0 or newer? That library leaves a part of each separator in memory as it
 * came, so head.c cannot check all bytes. Then set libmicrohttpd to be strict with its clients. */
bool head_keeps_separators(void);

/* Begins the check of a head, with its request line. The texts must lie in the memory in which
 * libmicrohttpd has parsed them. target_size: the length of the target before it was decoded. */
void head_begin(struct head *head, const char *method, const char *target, size_t target_size,
		const char *version);

/* Checks the line of a header. Call this function for each header, in the order of the head, after
 * head_begin(). head_fault() tells the result. */
void head_take(struct head *head, const char *name, const char *value);

/* Returns what is wrong with the head that ends before end, as the end of a sentence, not to be
 * freed. Returns NULL if nothing is wrong. */
const char *head_fault(const struct head *head, const char *end);

enum chunks {
	CHUNKS_GOOD,   /* the whole body is there, and can be read in one way only */
	CHUNKS_UNSEEN, /* good so far; the rest has not come yet, or stands behind a NUL */
	CHUNKS_BAD,    /* programs could understand the body in different ways */
};

/* Checks the part of a chunked body that has come. body ends with a NUL. With libmicrohttpd 1.0 or
 * newer the part cannot be checked: always returns CHUNKS_UNSEEN. */
enum chunks head_look_at_chunks(const char *body);

#endif
