/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_READING_H
#define COCFS_SPACE_IMPORT_READING_H

#include "space/space.h"

/* Notes which version of an import a process has read, so that its edit replaces that version.
 * reading.h does so for job files. */

/* Returns true if a node's file is an import whose text was fetched. Then readers.h notes its
 * readers under *ret_number and *ret_text, and *ret_unread says whether no process has read this
 * text yet. */
bool import_reading_find(struct space *space, const struct node *node, int64_t *ret_number,
			 uint64_t *ret_text, bool *ret_unread);

/* Call this function when a process reads from an open file. If the file is an import, the version
 * of the text that it has now becomes the base of the first edit. Returns true then, with
 * *ret_number and *ret_text, under which readers.h notes the process. Otherwise returns false. */
bool import_reading_begin(struct space *space, struct node *node, int64_t *ret_number,
			  uint64_t *ret_text);

/* Call this function when the path of an import was bound to its job: the notes of its readers move
 * to the row. */
void import_reading_bound(struct space *space, const char *job_id, int64_t row);

#endif
