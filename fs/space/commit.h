/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_COMMIT_H
#define COCFS_SPACE_COMMIT_H

#include "space/content.h"
#include "space/location.h"
#include "space/pending_reply.h"

/* Commits of the job space: from a kernel request to the engine and back. */

/*
 * Commits what is in the spool at location under a job file's name; answers the wait, now or later.
 * A descriptor read_fd is read through, -1: none. replaced is the other file that has the name
 * meanwhile, or NULL.
 */
void commit_location(struct space *space, const struct location *location, int read_fd,
		     struct node *parent, const char *name, const struct stat *replaced,
		     struct pending_reply *wait);

/* Commits what an open file holds now under one of its names; answers the wait, now or later. */
void commit_open(struct space *space, struct handle *handle, const struct name *link,
		 struct pending_reply *wait);

/* Records that the commit of a file is refused, under one of its names. req: the request that it is
 * of, or NULL. incomplete: the file may be half of what was meant. Returns -err->errnum, or another
 * -errno when it cannot be recorded. */
int commit_refuse_node(struct space *space, fuse_req_t req, struct node *node,
		       const struct name *link, bool incomplete, const struct err *err);

/* The same for a commit that could not begin because of r (-errno), with nobody who waits for
 * it. */
int commit_refuse_unready(struct space *space, struct node *node, const struct name *link, int r);

/* The commit of a closed job file that another operation than a close changed; answers the wait. A
 * file that is open for writing, empty, or half of what was meant is left to its next close. */
void commit_closed(struct space *space, struct node *node, struct pending_reply *wait);

#endif
