/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_IGNORE_H
#define COCFS_JOB_IGNORE_H

#include <stdbool.h>

#include "base/err.h"

/* The most globs of -o ignore=. Each name in the job space is compared with all globs. */
#define IGNORE_GLOBS_MAX 64

/*
 * A list of globs (-o ignore=). A file whose name matches a glob is no job file, even if the name
 * ends in .yaml or .yml. Pure.
 *
 * A glob has the form of fnmatch(3): * ? [a-z] [!a-z], and \ before a character that stands for
 * itself. A glob is compared with the last component of a path.
 */
struct ignore;

/* The list if -o ignore= is not given: the files that merge tools and sync tools leave beside the
 * file that they work on. docs/tools.md has the same table, and a test compares the two. */
extern const char ignore_defaults[];

/*
 * Reads a list of globs, with a colon between two globs. A colon within [ ] or after \ belongs to
 * its glob. An empty text makes an empty list. A glob that matches nothing in fnmatch(3) is
 * refused: "[" without "]", a backslash at the end, an unknown class, an empty range.
 *
 * Returns 0 and a list that the caller frees; -EINVAL with err, which says which glob is wrong,
 * where and why; -ENOMEM.
 */
int ignore_parse(const char *text, struct ignore **ret_ignore, struct err *err);

/* Frees a list. NULL is accepted. */
void ignore_free(struct ignore *ignore);

/* Does a glob of the list match the name? If ignore is NULL, the list is empty, so the answer is
 * false. */
bool ignore_matches(const struct ignore *ignore, const char *name);

#endif
