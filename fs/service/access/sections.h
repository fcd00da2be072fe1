/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_SECTIONS_H
#define COCFS_SERVICE_ACCESS_SECTIONS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define SECTION_KEYS_MAX 8 /* the most keys that a caller can ask for */

/* One section of an INI file. The strings point into the text of the file. */
struct section {
	const char *name;
	const char *values[SECTION_KEYS_MAX]; /* in the order of keys of sections_read(); NULL: the
						 key is not in the section */
	/* the first key in the section that the caller did not ask for; NULL: there is none */
	const char *unknown;
};

struct sections {
	struct section *section;
	size_t n;
};

/*
 * Reads a private file (see file_read()) into text, and sorts its lines by sections. text holds
 * secrets from then on. Two sections of one name become one. If a key stands in a section twice,
 * the last value counts. keys: the keys that the caller wants, with a NULL at the end. Returns 0
 * and sections that sections_finish() frees; -ENOENT; another error of file_read(); -EINVAL with
 * the line. err is filled.
 */
int sections_read(const char *path, const char *const *keys, struct buf *text,
		  struct sections *ret_sections, struct err *err);

/* Frees the sections, and wipes and frees the text. Zeroed sections and a zeroed text are
 * accepted. */
void sections_finish(struct sections *sections, struct buf *text);

#endif
