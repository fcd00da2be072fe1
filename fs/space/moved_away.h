/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_MOVED_AWAY_H
#define COCFS_SPACE_MOVED_AWAY_H

#include "space/space.h"

/* Programs that move a job file away and may put it back. The rule is in moved_away.c. */

/* Remembers that a file (inode number ino) was moved away from this name, for
 * moved_away_comes_back() and moved_away_keeps_job(). Call this function after the rename, if the
 * name keeps its job or has got its job back. */
void moved_away_note(struct space *space, fuse_req_t req, const struct node *parent,
		     const char *name, uint64_t ino);

/* Call this function after a file or directory was removed. It forgets the inode number, because
 * the spool may give the number to another file. */
void moved_away_removed(struct space *space, const struct node *node);

/* Is the file with inode number ino the last one that was moved away from this name, and still
 * remembered? Then a rename to this name puts the file back. */
bool moved_away_comes_back(struct space *space, const struct node *parent, const char *name,
			   uint64_t ino);

/* Call this function before req removes the file of a name, whose row is job, with delete=service.
 * Returns true if the job must stay on the service, because the file that had the name before may
 * come back. Returns false if nothing speaks for that: then the removal deletes the job. */
bool moved_away_keeps_job(struct space *space, fuse_req_t req, struct node *parent,
			  const char *name, const struct job_record *job);

#endif
