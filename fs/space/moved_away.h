/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_MOVED_AWAY_H
#define COCFS_SPACE_MOVED_AWAY_H

#include "space/space.h"

/* What a program does to put an old file back. moved_away.c has the rule. */

/* The file ino, which had the name, has another name now, and the name keeps its job or has it
 * again. */
void moved_away_note(struct space *space, fuse_req_t req, const struct node *parent,
		     const char *name, uint64_t ino);

/* A file or directory is removed. */
void moved_away_removed(struct space *space, const struct node *node);

/* Is ino the file that was moved away from a name last? */
bool moved_away_comes_back(struct space *space, const struct node *parent, const char *name,
			   uint64_t ino);

/* With delete=service: req removes the file of a name that has a job. Does the job stay, because
 * the file that it is of may come back? */
bool moved_away_keeps_job(struct space *space, fuse_req_t req, struct node *parent,
			  const char *name, const struct job_record *job);

#endif
