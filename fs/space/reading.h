/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_READING_H
#define COCFS_SPACE_READING_H

#include "space/pending_reply.h"

/* Which version a process has read: noted at an open, used at a commit. */

/* Call this function when a process opens a file or an import for reading. If no process has read
 * the text yet, or if this process has read an older version, the open is not noted: the next read
 * is. process: 0 if unknown. */
void reading_note(struct space *space, pid_t process, struct node *node);

/* Call this function when a process reads from an open file. If the text was unread, it is the base
 * from now on. */
void reading_begin(struct space *space, fuse_req_t req, struct node *node);

/* Call this function when a process closes a file that it has written. If the file is a copy of a
 * job file that the process has just read (an editor's backup), that reading does not count. */
void reading_note_copy(struct space *space, fuse_req_t req, struct node *node);

/* A callback for submit_on_found(): a commit of the row has found its text on the service, as a
 * newer version than its base. from: that base. The newer version is the base now, and processes
 * that have read the version from do not know it. */
void reading_on_found(void *data, int64_t row, int64_t from);

/*
 * Call this function when a process commits text under a job file name. wait is the commit's. If
 * the process has read an older version than the base, its text is on top of that older version. If
 * is_in_file is true, the file has the text already, and the base moves back. Otherwise the text
 * will replace a file that keeps its base if the commit is refused, and wait->base gets the older
 * version. Returns 0 or -errno.
 */
int reading_note_writer(struct pending_reply *wait, const struct node *parent, const char *name,
			const struct stat *st, bool is_in_file);

#endif
