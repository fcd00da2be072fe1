/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_READING_H
#define COCFS_SPACE_READING_H

#include "space/pending_reply.h"

/* Which version a process has read: noted at an open, asked for at a commit. */

/* A process opens a file or an import to read it. A text that nobody has read stays so until the
 * first read. A process that has read an older version does not know this text before it
 * reads. process: 0, it cannot be told. */
void reading_note(struct space *space, pid_t process, struct node *node);

/* A process reads from an open file: what it reads is the base from now on. */
void reading_begin(struct space *space, fuse_req_t req, struct node *node);

/* A process closes a file that it has written. Is the file a copy of a job file that it has read
 * just now, as an editor's backup is? Then that was no reading to know the text. */
void reading_note_copy(struct space *space, fuse_req_t req, struct node *node);

/* A commit has found that the service has its text already, as a newer version than the base was:
 * from. A process that knows the base does not know that version. */
void reading_on_found(void *data, int64_t row, int64_t from);

/*
 * A process commits text under a job's name. wait is that of the commit. If the process has read
 * an older version than the base, the text is on top of that version. With
 * is_in_file the text is in the file already, and the base moves back. Else the text takes the
 * place of a file that keeps its base if the commit is refused; wait->base names the version then.
 * Returns 0 or -errno.
 */
int reading_note_writer(struct pending_reply *wait, const struct node *parent, const char *name,
			const struct stat *st, bool is_in_file);

#endif
