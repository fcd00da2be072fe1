/* SPDX-License-Identifier: MIT */
/*
 * libfuse removes all backslashes from the argument of -o, because a comma in a value is written
 * "\,". So the glob of "-o ignore=\*.yaml" would become "*.yaml", which matches all job files. So
 * cocfs doubles the backslashes in the values of its own options before libfuse sees them. Which
 * backslashes it doubles depends on the option:
 *
 *   a glob    uses backslashes itself: all are doubled, and "\," does not end the option
 *   others    "\," is a comma and "\\" a backslash; another backslash stands for itself
 *
 * Options of libfuse and of mount(8) stay as they are.
 */
#define _GNU_SOURCE
#include "cocfs/option_backslashes.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "cocfs/option_table.h"
#include "cocfs/option_values.h"

/* The state of copy_options(): the option of the text "NAME=VALUE,…" that is being copied. */
struct scan {
	/* that option, if it is one of cocfs with a value; otherwise NULL */
	const struct option *own;
	bool is_quoted; /* the reading is within quotes: a comma belongs to the value */
};

/* Sets scan for the option that begins at text. If cocfs has the option and it has a value, returns
 * the length of its name, "=" and an opening quote; otherwise 0. */
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

/* Copies a backslash at text, doubled if necessary, and with it the next character if the two are a
 * pair, such as "\,". Returns how many characters of text were taken: 1 or 2. */
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

/* Appends one argument of -o to copy, with the backslashes doubled for libfuse. Returns 0 or
 * -ENOMEM. */
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
	/* is_value: argv[i] follows "-o"; is_over: argv[i] comes after "--" */
	bool is_value = false, is_over = false;

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
