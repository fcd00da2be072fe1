/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_BACKUP_H
#define COCFS_SPACE_BACKUP_H

#include "space/renaming.h"

/* Backups that a tool keeps under a job file name: the tool moves a job file there before it writes
 * the old name again. The rule is in backup.c. */

/* Call this function when a job file has moved to another job file name, and row, its row in the
 * ledger, has moved with it. If the process of req makes the old name again within
 * RECENT_MOVE_KEPT_MS, backup_give_back() or backup_made() moves the row back. Notes nothing if the
 * process is unknown, or if the file is open for writing. */
void backup_note_move(struct space *space, fuse_req_t req, const struct renaming *renaming,
		      int64_t row);

/*
 * Call this function before req makes a name with a file that has no job. If the process of req has
 * just moved the job file of that name away, the name gets its job back, and the moved file is a
 * backup. Returns 1 then; 0 if there is no job to give back; -errno: do not make the name now, or
 * it would get another job.
 */
int backup_give_back(struct space *space, fuse_req_t req, const struct node *parent,
		     const char *name);

/* Call this function after req has made a name in the spool. If the process of req has just moved
 * the job file of that name away, the name gets its job back, and the function returns 1. Returns 0
 * if there is no job to give back, or if the new file is not a regular file (is_regular). On -errno
 * the new, empty file is removed again. */
int backup_made(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		bool is_regular);

/* Call this function when a name was made and its file has its job: from now on backup_give_back()
 * and backup_made() give no job back to the name. */
void backup_name_made(struct space *space, const struct node *parent, const char *name);

/* Call this function when a file is written, or opened for writing. It forgets the moves of the
 * file that backup_note_move() has noted: the file will not become a backup by them. */
void backup_written(struct space *space, const struct node *node);

/* Call this function when a file has lost this name, by a removal or by a rename to a name that is
 * no job file name. Ends the backup mark in the name's row. On failure the log has a warning. */
void backup_left(struct space *space, const struct node *parent, const char *name);

/* Call this function after a file or directory was removed. It makes the notes of moves forget the
 * inode number, because the spool may give the number to another file. */
void backup_removed(struct space *space, const struct node *node);

/* Is the node's file a backup, with the content that was marked? job: the row of the node's path.
 * Returns 1 (yes), 0 (no) or -errno. */
int backup_is(struct space *space, struct node *node, const struct job_record *job);

/* Ends the backup mark of a job file name, because its file was written. Returns 0 or -errno. */
int backup_end(struct space *space, const struct node *parent, const char *name);

#endif
