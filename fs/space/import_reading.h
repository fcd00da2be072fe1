/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_READING_H
#define COCFS_SPACE_IMPORT_READING_H

#include "space/space.h"

/* Which version of an import a process has read: for imports what reading.h is for job files. */

/* Returns whether a node's file is an import. If so: *ret_number and *ret_text, under which
 * readers.h notes its readers; and *ret_unread: no process has read this text yet. */
bool import_reading_find(struct space *space, const struct node *node, int64_t *ret_number,
			 uint64_t *ret_text, bool *ret_unread);

/* Call this function when a process reads from an open import: from now on this text is the base of
 * the first edit. Returns whether the file is an import. If so: *ret_number and *ret_text, under
 * which readers.h notes the process. */
bool import_reading_begin(struct space *space, struct node *node, int64_t *ret_number,
			  uint64_t *ret_text);

/* Call this function when the path of an import was bound to its job: the notes of its readers move
 * to the row. */
void import_reading_bound(struct space *space, const char *job_id, int64_t row);

#endif
