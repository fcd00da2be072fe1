/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/dsl/tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"
#include "bounds/job.h"

void dsl_tree_finish(struct dsl_tree *tree)
{
	free(tree->nodes);
	buf_finish(&tree->text);
	*tree = (struct dsl_tree){0};
}

size_t dsl_resolve(const struct dsl_tree *tree, size_t node)
{
	return tree->nodes[node].kind == DSL_ALIAS ? tree->nodes[node].target : node;
}

const char *dsl_text(const struct dsl_tree *tree, size_t scalar, size_t *ret_size)
{
	*ret_size = tree->nodes[scalar].size;
	return tree->text.data + tree->nodes[scalar].text;
}

bool dsl_is_text(const struct dsl_tree *tree, size_t node, const char *word)
{
	size_t size;
	const char *text;

	if (tree->nodes[node].kind != DSL_SCALAR)
		return false;
	text = dsl_text(tree, node, &size);
	return size == strlen(word) && !memcmp(text, word, size);
}

bool dsl_is_null(const struct dsl_tree *tree, size_t node)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	if (!tree->nodes[node].plain)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (dsl_is_text(tree, node, words[i]))
			return true;
	return false;
}

int dsl_finding_set(struct dsl_finding *finding, unsigned line, unsigned column, const char *fmt,
		    ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	*finding = (struct dsl_finding){.line = line, .column = column, .text = text};
	return 0;
}

struct dsl_excerpt dsl_excerpt(const char *text, size_t size)
{
	struct dsl_excerpt excerpt;
	size_t at = 0, out = 0, length;

	for (unsigned chars = 0; at < size && chars < DSL_EXCERPT_CHARS; chars++) {
		if (shown_char(text + at, size - at, &length))
			out = (size_t)((char *)mempcpy(excerpt.text + out, text + at, length) -
				       excerpt.text);
		else
			excerpt.text[out++] = '?';
		at += length;
	}
	memcpy(excerpt.text + out, at < size ? "…" : "", at < size ? sizeof("…") : 1);
	return excerpt;
}
