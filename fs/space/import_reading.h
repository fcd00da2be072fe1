/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_READING_H
#define COCFS_SPACE_IMPORT_READING_H

#include "space/space.h"

/* Which version of an import a process has read: as reading.h has it of job files. */

/* Is a file an import? Then the number and the text by which its readers are to be noted, and
 * whether nobody has read that text. */
bool import_reading_find(struct space *space, const struct node *node, int64_t *ret_number,
			 uint64_t *ret_text, bool *ret_unread);

/* A process reads from an open import: what it reads is the base of the first edit from now on.
 * Returns whether the file is an import, and then the number and the text. */
bool import_reading_begin(struct space *space, struct node *node, int64_t *ret_number,
			  uint64_t *ret_text);

/* The path of an import is bound to its job: what its readers know is known of the row. */
void import_reading_bound(struct space *space, const char *job_id, int64_t row);

#endif
