/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_IGNORE_H
#define COCFS_JOB_IGNORE_H

#include <stdbool.h>

#include "base/err.h"

/* Globs of -o ignore=: each name in the job space is compared with them all. */
#define IGNORE_GLOBS_MAX 64

/*
 * Names that end as a job file's and are not meant as one (-o ignore=): a list of globs. Pure.
 *
 * A glob is that of fnmatch(3): * ? [a-z] [!a-z], and \ before a character that stands for itself.
 * It is compared with the last part of a path.
 */
struct ignore;

/* What merge and sync tools leave beside the file that they work on. docs/tools.md has the table,
 * and a test holds the two against each other. */
extern const char ignore_defaults[];

/*
 * Reads "GLOB:GLOB"; a colon within [ ] or after \ belongs to its glob. An empty text is a list of
 * none. A glob that fnmatch(3) would let match nothing is refused: "[" without "]", a backslash at
 * the end, an unknown class, an empty range.
 *
 * Returns 0 and an owned list; -EINVAL with err that says which glob is wrong, where and why;
 * -ENOMEM.
 */
int ignore_parse(const char *text, struct ignore **ret_ignore, struct err *err);

/* NULL is accepted. */
void ignore_free(struct ignore *ignore);

/* Does one of the globs match the name? NULL is an empty list. */
bool ignore_matches(const struct ignore *ignore, const char *name);

#endif
