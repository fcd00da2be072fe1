/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTION_TABLE_H
#define COCFS_COCFS_OPTION_TABLE_H

#include "cocfs/options.h"

/*
 * A row of the table of cocfs' own options (option_table.c). For a new option add a row there, a
 * member of struct opts, and a row in docs/options.md.
 */
struct option {
	const char *name;
	/* for --help: what to write after "=", such as "FILE", or the allowed words, such as
	 * "sync|queue". NULL: the option takes no value */
	const char *value;
	int (*read)(const struct option *option, const char *text, void *member, struct err *err);
	/* the offset in struct opts of the member that read() fills. If there is no value: of a
	 * bool that the option sets */
	size_t offset;
	long min, max;	  /* the bounds of the value, for value_number() and value_seconds() */
	bool empty_ok;	  /* an empty value ("name=") is allowed */
	const char *help; /* the text of --help, with its line breaks */
};

/* Returns the row of the option whose name is the first length bytes of name. NULL: cocfs has no
 * such option. */
const struct option *option_find(const char *name, size_t length);

/* Sets an option in opts. text: what stands after "="; NULL: there is no "=". If an option is given
 * twice, the last value counts, as mount(8) promises. Returns 0, or -errno with err, which names
 * the option. */
int option_set(const struct option *option, const char *text, struct opts *opts, struct err *err);

/* Prints the options of cocfs on standard output, with the help text of each: a part of --help. */
void options_print(void);

#endif
