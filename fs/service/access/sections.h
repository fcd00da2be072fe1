/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_SECTIONS_H
#define COCFS_SERVICE_ACCESS_SECTIONS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define SECTION_KEYS_MAX 8 /* keys that a reader can ask for */

/* One section of an INI file. The strings point into the text that it was read from. */
struct section {
	const char *name;
	const char *values[SECTION_KEYS_MAX]; /* in the order of the keys, NULL for one not there */
	const char *unknown;		      /* the first key that was not asked for */
};

struct sections {
	struct section *section;
	size_t n;
};

/*
 * Reads the private file at path (as file_read() has it) into text, which holds secrets from then
 * on, and sorts what it says by sections: a section that comes twice is one, of a key that comes
 * twice the last counts. keys ends with NULL. Returns 0 and sections that sections_finish() frees;
 * as file_read(); -ENOENT; -EINVAL with the line. err is filled.
 */
int sections_read(const char *path, const char *const *keys, struct buf *text,
		  struct sections *ret_sections, struct err *err);

/* Frees the sections and wipes and frees the text; zeroed ones are accepted. */
void sections_finish(struct sections *sections, struct buf *text);

#endif
