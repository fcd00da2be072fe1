/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_WORDS_H
#define COCFS_JOB_DSL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A name somewhere in a document, and the node that it is told at. */
struct word {
	const char *text; /* borrowed, not NUL-terminated */
	size_t size;
	size_t node;
	bool bare;   /* a reference without its braces */
	bool merged; /* an input that a merge key brings in */
};

/* Names of a document. Zero-initialise it. Pure. */
struct words {
	struct word *word;
	size_t n, room;
};

void words_finish(struct words *words);

/* Adds a name. Returns 0, -ENOMEM. */
int words_add(struct words *words, const char *text, size_t size, size_t node, bool bare);

/* Sorts the names; the same ones stand in the order of the document. */
void words_sort(struct words *words);

/* Compares two names: 0 for the same, below or above 0 for the order in which they are sorted. */
int words_compare(const struct word *x, const struct word *y);

/* Is the name among names that are sorted? */
bool words_have(const struct words *words, const struct word *word);

#endif
