/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTION_TABLE_H
#define COCFS_COCFS_OPTION_TABLE_H

#include "cocfs/options.h"

/*
 * The options of cocfs itself, a row for each: its name, its value, how that is read and where it
 * is kept, and the text of --help. A new option is a row in option_table.c, a member of struct
 * opts, and a row in README.md.
 */
struct option {
	const char *name;
	const char *value; /* "FILE", or the words that are allowed: "sync|queue". NULL: it has no
			    * value */
	int (*read)(const struct option *option, const char *text, void *member, struct err *err);
	size_t offset;	  /* of the member of struct opts that read() fills; without a value of a
			   * bool */
	long min, max;	  /* of a number */
	bool empty_ok;	  /* "name=" is a value */
	const char *help; /* with line breaks where --help has them */
};

/* The option of that name (length bytes), or NULL. */
const struct option *option_find(const char *name, size_t length);

/* Reads the text after "=" into opts; NULL: there is none. Said twice, the last value counts, as
 * mount(8) promises. Returns 0, or -errno with err that names the option. */
int option_set(const struct option *option, const char *text, struct opts *opts, struct err *err);

/* Prints the rows for --help. */
void options_print(void);

#endif
