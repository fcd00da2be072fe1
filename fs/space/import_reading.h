/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_READING_H
#define COCFS_SPACE_IMPORT_READING_H

#include "space/space.h"

/* Notes which version of an import a process has read, so that its edit replaces that version.
 * An import is a job that no path of the ledger has, shown as a file. reading.h does so for job
 * files. */

/* Returns true if a node's file is an import whose text was fetched. Then *ret_number and *ret_text
 * are the arguments row and text for readers_note(), and *ret_unread says whether no process has
 * read this text yet. */
bool import_reading_find(struct space *space, const struct node *node, int64_t *ret_number,
			 uint64_t *ret_text, bool *ret_unread);

/* Call this function when a process reads from an open file. Returns false, and does nothing, if
 * the file is no import, or its text was never fetched. Otherwise the ledger records that the
 * version which the file has now was read: the first edit replaces that version. Then the function
 * returns true, and the caller notes the reader: readers_note(readers, process, *ret_number,
 * *ret_text). */
bool import_reading_begin(struct space *space, struct node *node, int64_t *ret_number,
			  uint64_t *ret_text);

/* Call this function when the path of an import was bound to its job. It moves the notes of the
 * import's readers to row, the new row of that path. */
void import_reading_bound(struct space *space, const char *job_id, int64_t row);

#endif
