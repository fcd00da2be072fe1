/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_BACKUP_H
#define COCFS_SPACE_BACKUP_H

#include "space/renaming.h"

/* Backups under a job's name: backup.c has the rule. */

/* A job file was moved to another job's name, and its row with it: req's process may make the old
 * name again. */
void backup_note_move(struct space *space, fuse_req_t req, const struct renaming *renaming,
		      int64_t row);

/*
 * req makes a name with a file that has no job. If its process has just moved the job file of that
 * name away, the name gets its job back, and the file that was moved is a backup. Returns 1 then; 0
 * if there is nothing to be given back; -errno: the name must not be made now, or it would get
 * another job.
 */
int backup_give_back(struct space *space, fuse_req_t req, const struct node *parent,
		     const char *name);

/* The same when req has made the name in the spool already. On failure the name is removed
 * again. */
int backup_made(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		bool is_regular);

/* A name is made: from now on nothing is given back to it. */
void backup_name_made(struct space *space, const struct node *parent, const char *name);

/* The content of a file is written, or may be from now on: if it was just moved, it is no
 * backup. */
void backup_written(struct space *space, const struct node *node);

/* A file's name is gone from the spool, or the file has another one that is no job's. */
void backup_left(struct space *space, const struct node *parent, const char *name);

/* A file or directory is removed. */
void backup_removed(struct space *space, const struct node *node);

/* Is this what a backup holds (job: what the ledger knows of the node's path)? 1, 0 or -errno. */
int backup_is(struct space *space, struct node *node, const struct job_record *job);

/* The file of a job's name was written: it is no backup any more. Returns 0 or -errno. */
int backup_end(struct space *space, const struct node *parent, const char *name);

#endif
