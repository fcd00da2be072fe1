/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LINE_SET_H
#define COCFS_BASE_LINE_SET_H

#include <stdbool.h>
#include <stddef.h>

/* The lines of a text as a set: is a line in it? An empty struct is an empty set. */
struct line_set {
	char *text;	    /* the lines, with NULs in place of the line feeds; owned */
	const char **lines; /* sorted; they point into text; owned */
	size_t n;
};

/* Makes a set of the lines of a text. Each line ends with a line feed; bytes after the last line
 * feed are no line. text has size bytes without a NUL, and is copied. Returns 0 or -ENOMEM. */
int line_set_parse(const char *text, size_t size, struct line_set *ret_set);

/* Is line (without a line feed) in the set? */
bool line_set_has(const struct line_set *set, const char *line);

/* Frees the lines. Afterwards the set is empty. */
void line_set_finish(struct line_set *set);

#endif
