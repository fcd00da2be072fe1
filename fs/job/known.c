/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

void known_finish(struct known_jobs *known)
{
	free(known->ids);
	free(known->text);
	*known = (struct known_jobs){0};
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

/* Replaces each line feed of the text by a NUL, and puts the lines into ids. */
static void cut_lines(char *text, size_t n, const char **ids)
{
	for (size_t i = 0; i < n; i++) {
		char *end = strchr(text, '\n');

		*end = '\0';
		ids[i] = text;
		text = end + 1;
	}
}

int known_parse(const char *text, size_t size, struct known_jobs *ret_known)
{
	_cleanup_free_ char *copy = strndup(text, size);
	_cleanup_free_ const char **ids = NULL;
	size_t n = copy ? count_lines(copy) : 0;

	ids = calloc(n + 1, sizeof(*ids));
	if (!copy || !ids)
		return -ENOMEM;
	cut_lines(copy, n, ids);
	qsort(ids, n, sizeof(*ids), compare_ids);
	*ret_known = (struct known_jobs){.text = steal_ptr(copy), .ids = steal_ptr(ids), .n = n};
	return 0;
}

bool known_has(const struct known_jobs *known, const char *id)
{
	return known->n && bsearch(&id, known->ids, known->n, sizeof(*known->ids), compare_ids);
}
