/* SPDX-License-Identifier: MIT */
/*
 * libfuse removes all backslashes from the argument of -o, because a comma in a value is written
 * "\,". So a glob "\*.yaml" would become "*.yaml", and no file would be a job file any more. So the
 * backslashes in the values of cocfs' own options are doubled before libfuse sees them. Some
 * backslashes have the meaning that libfuse gives them, and are not doubled:
 *
 *   a glob    uses backslashes itself: all are doubled, and "\," does not end the option
 *   others    "\," is a comma and "\\" a backslash; another backslash stands for itself
 *
 * Options of libfuse and of mount(8) are not changed.
 */
#define _GNU_SOURCE
#include "cocfs/option_backslashes.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "cocfs/option_table.h"
#include "cocfs/option_values.h"

/* The option, in a text "NAME=VALUE,…" of options, at which the reading is now. */
struct scan {
	const struct option *own; /* the option of cocfs that has this value, or NULL */
	bool is_quoted;		  /* commas belong to the value */
};

/* Returns the length of an option's name with "=", if cocfs has this option and it has a value;
 * else 0. */
static size_t begin_option(const char *text, struct scan *scan)
{
	size_t length = strcspn(text, "=,\\");

	*scan = (struct scan){0};
	if (text[length] != '=')
		return 0;
	scan->own = option_find(text, length);
	scan->is_quoted = scan->own && text[length + 1] == '"';
	return scan->own ? length + 1 + scan->is_quoted : 0;
}

/* Copies a backslash, and the next character if the two are a pair. Returns how many characters of
 * the text are copied: 1 or 2. */
static int copy_backslash(const char *text, const struct scan *scan, struct buf *copy)
{
	bool is_pair = text[1] == ',' || text[1] == '\\';

	if (!scan->own) {
		is_pair = text[1] != '\0';
	} else if (scan->own->read == value_globs) {
		buf_puts(copy, "\\\\");
		if (is_pair)
			buf_printf(copy, "\\%c", text[1]);
		return 1 + is_pair;
	} else if (!is_pair) {
		buf_puts(copy, "\\");
	}
	buf_append(copy, text, 1 + is_pair);
	return 1 + is_pair;
}

/* Copies one argument of -o, as libfuse is to get it. Returns 0 or -ENOMEM. */
static int copy_options(const char *text, struct buf *copy)
{
	struct scan scan;
	size_t name = begin_option(text, &scan);
	int n;

	buf_append(copy, text, name);
	for (text += name; *text; text += n) {
		n = 1;
		if (*text == '\\') {
			n = copy_backslash(text, &scan, copy);
			continue;
		}
		buf_append(copy, text, 1);
		if (*text == '"') {
			scan.is_quoted = false;
		} else if (*text == ',' && !scan.is_quoted) {
			name = begin_option(text + 1, &scan);
			buf_append(copy, text + 1, name);
			n += (int)name;
		}
	}
	return copy->error;
}

int option_keep_backslashes(int argc, char **argv, struct fuse_args *ret_args)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	bool is_value = false,
	     is_over = false; /* is_value: argv[i] follows a -o; is_over: it follows "--" */

	for (int i = 0; i < argc; i++) {
		bool is_joined = !is_value && !is_over && !strncmp(argv[i], "-o", 2) && argv[i][2];
		_cleanup_buf_ struct buf copy = {0};

		if (is_joined)
			buf_puts(&copy, "-o");
		if (is_value || is_joined)
			copy_options(argv[i] + (is_joined ? 2 : 0), &copy);
		if (copy.error || fuse_opt_add_arg(&args, copy.data ? copy.data : argv[i]) < 0) {
			fuse_opt_free_args(&args);
			return -ENOMEM;
		}
		is_over |= !is_value && !strcmp(argv[i], "--");
		is_value = !is_value && !is_over && !strcmp(argv[i], "-o");
	}
	*ret_args = args;
	return 0;
}
