/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_WORDS_H
#define COCFS_JOB_DSL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A name somewhere in a document, and the node in which it stands. */
struct word {
	const char *text; /* borrowed, not NUL-terminated */
	size_t size;
	size_t node;
	bool bare;   /* the name stands without the braces that would make it a reference */
	bool merged; /* an input that comes through a merge key */
};

/* A list of names in a document. Zero-initialise the struct. Pure. */
struct words {
	struct word *word;
	size_t n, room; /* names in the list, and names for which memory is allocated */
};

/* Frees the list, but not the texts. */
void words_finish(struct words *words);

/* Adds a name with the members of struct word. text is borrowed; it need not end with a NUL.
 * Returns 0 or -ENOMEM. */
int words_add(struct words *words, const char *text, size_t size, size_t node, bool bare);

/* Sorts the names. Equal names stay in the order of the document. */
void words_sort(struct words *words);

/* Compares two names in the order of sorting. Returns 0 if they are equal, else a number below or
 * above 0. */
int words_compare(const struct word *x, const struct word *y);

/* Does a list that words_sort() has sorted have the name of word? */
bool words_have(const struct words *words, const struct word *word);

#endif
