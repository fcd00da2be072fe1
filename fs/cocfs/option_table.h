/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTION_TABLE_H
#define COCFS_COCFS_OPTION_TABLE_H

#include "cocfs/options.h"

/*
 * The options of cocfs itself. Each has a row: its name, its value, the function that reads the
 * value, the member that keeps it, and the text of --help. For a new option add a row in
 * option_table.c, a member of struct opts, and a row in docs/options.md.
 */
struct option {
	const char *name;
	const char *value; /* "FILE", or the allowed words: "sync|queue". NULL: there is no value */
	int (*read)(const struct option *option, const char *text, void *member, struct err *err);
	size_t offset; /* of the member of struct opts that read() fills; of a bool if there is no
			  value */
	long min, max; /* the bounds of a number */
	bool empty_ok; /* an empty value ("name=") is allowed */
	const char *help; /* the text of --help, with its line breaks */
};

/* Returns the row of the option whose name is the first length bytes of name. NULL: cocfs has no
 * such option. */
const struct option *option_find(const char *name, size_t length);

/* Reads the text after "=" into opts. text NULL: there is no "=". If an option is given twice,
 * the last value counts, as mount(8) promises. Returns 0, or -errno with err, which names the
 * option. */
int option_set(const struct option *option, const char *text, struct opts *opts, struct err *err);

/* Prints the options of cocfs on standard output, with the help text of each: a part of --help. */
void options_print(void);

#endif
