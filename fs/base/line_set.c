/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/line_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static int compare_lines(const void *a, const void *b)
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

/* Replaces each line feed of the text by a NUL, and puts the n lines into lines. */
static void cut_lines(char *text, size_t n, const char **lines)
{
	for (size_t i = 0; i < n; i++) {
		char *end = strchr(text, '\n');

		*end = '\0';
		lines[i] = text;
		text = end + 1;
	}
}

int line_set_parse(const char *text, size_t size, struct line_set *ret_set)
{
	_cleanup_free_ char *copy = strndup(text, size);
	_cleanup_free_ const char **lines = NULL;
	size_t n = copy ? count_lines(copy) : 0;

	lines = calloc(n + 1, sizeof(*lines));
	if (!copy || !lines)
		return -ENOMEM;
	cut_lines(copy, n, lines);
	qsort(lines, n, sizeof(*lines), compare_lines);
	*ret_set = (struct line_set){.text = steal_ptr(copy), .lines = steal_ptr(lines), .n = n};
	return 0;
}

bool line_set_has(const struct line_set *set, const char *line)
{
	return set->n && bsearch(&line, set->lines, set->n, sizeof(*set->lines), compare_lines);
}

void line_set_finish(struct line_set *set)
{
	free(set->lines);
	free(set->text);
	*set = (struct line_set){0};
}
