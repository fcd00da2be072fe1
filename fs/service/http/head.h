/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_HEAD_H
#define COCFS_SERVICE_HTTP_HEAD_H

#include <stddef.h>

/*
 * The bytes of a request as they came: are the lines of its head, and of the chunks of its body, as
 * RFC 9112 has them? head.c says how that is known. Pure: it looks at memory and says what is
 * wrong.
 */
struct head {
	const char *next; /* where the next line has to begin; NULL: a line before it is wrong */
};

/* Begins with the request line. All texts lie where libmicrohttpd has parsed them, the target
 * before it was decoded: target_size is its length then. */
void head_begin(struct head *head, const char *method, const char *target, size_t target_size,
		const char *version);

/* Takes the next header. */
void head_take(struct head *head, const char *name, const char *value);

/* What is wrong with a head that ends at end, to be followed by nothing; NULL: nothing. */
const char *head_fault(const struct head *head, const char *end);

enum chunks {
	CHUNKS_GOOD,   /* the whole body is there, and nobody can read it in another way */
	CHUNKS_UNSEEN, /* good so far; the rest has not come, or is behind a NUL */
	CHUNKS_BAD,    /* some readers would not take it as others do */
};

/* Looks at a body in chunks: what is there of it, and a NUL behind that. */
enum chunks head_look_at_chunks(const char *body);

#endif
