/* SPDX-License-Identifier: MIT */
/* The names are sorted, so that each look-up is a binary search: a document of 65,536 bytes can
 * hold thousands. */
#define _GNU_SOURCE
#include "job/dsl/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void words_finish(struct words *words)
{
	free(words->word);
}

int words_add(struct words *words, const char *text, size_t size, size_t node, bool bare)
{
	if (words->n == words->room) {
		size_t room = words->room ? words->room * 2 : 64;
		struct word *word = reallocarray(words->word, room, sizeof(*word));

		if (!word)
			return -ENOMEM;
		words->word = word;
		words->room = room;
	}
	words->word[words->n++] =
		(struct word){.text = text, .size = size, .node = node, .bare = bare};
	return 0;
}

int words_compare(const struct word *x, const struct word *y)
{
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	/* aliases of one scalar have the same pointer: do not compare their text */
	return x->text == y->text ? 0 : memcmp(x->text, y->text, x->size);
}

static int compare_texts(const void *a, const void *b)
{
	return words_compare(a, b);
}

static int compare_words(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	int order = words_compare(x, y);

	return order ? order : (x->node > y->node) - (x->node < y->node);
}

void words_sort(struct words *words)
{
	if (words->n)
		qsort(words->word, words->n, sizeof(*words->word), compare_words);
}

bool words_have(const struct words *words, const struct word *word)
{
	return words->n &&
	       bsearch(word, words->word, words->n, sizeof(*words->word), compare_texts) != NULL;
}
