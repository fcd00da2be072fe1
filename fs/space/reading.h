/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_READING_H
#define COCFS_SPACE_READING_H

#include "space/pending_reply.h"

/* Which version a process has read: noted at an open, used at a commit. The base is the version
 * that the next update of a job file replaces; the row of the file has it. */

/* Call this function when a process opens a job file or an import (a job that no path of the ledger
 * has, shown as a file) for reading. The open counts as a reading, with two exceptions: no process
 * has read the text yet, or this process has read an older version. Then the next READ counts.
 * process: 0 if unknown; then nothing is noted of the process. */
void reading_note(struct space *space, pid_t process, struct node *node);

/* Call this function at each READ of an open file. If no process had read the text of the file
 * before, that text is the base of its row from now on. */
void reading_begin(struct space *space, fuse_req_t req, struct node *node);

/* Call this function when a process closes a file that it has written. An editor may copy a job
 * file as its backup before it saves. So if the written file has the text that the process has just
 * read from a job file, that reading does not count. */
void reading_note_copy(struct space *space, fuse_req_t req, struct node *node);

/* A callback for submit_on_found(): a commit of the row has found its text on the service, as a
 * newer version than the base. That newer version is the base now. from: the base before. The
 * processes that have read the version `from` do not know the new base. */
void reading_on_found(void *data, int64_t row, int64_t from);

/*
 * Call this function when a process commits text under a job file name. wait: the pending reply of
 * that commit. st: the file that has the name now. If the process has read an older version than
 * the base, its text is made from that older version, and must not replace a newer one. So the
 * update gets the older version as its base, and is refused. If is_in_file is true (the job file
 * has the text already), the base of the row moves back to the older version. Otherwise (the text
 * will replace the job file) only wait->base gets the older version: the file that is there now is
 * still based on the row's base. Returns 0 or -errno.
 */
int reading_note_writer(struct pending_reply *wait, const struct node *parent, const char *name,
			const struct stat *st, bool is_in_file);

#endif
