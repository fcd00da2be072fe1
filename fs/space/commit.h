/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_COMMIT_H
#define COCFS_SPACE_COMMIT_H

#include "space/content.h"
#include "space/location.h"
#include "space/pending_reply.h"

/* Commits of the job space: the content of a job file counts as complete. It goes from a request of
 * the kernel to the engine (fs/submit), which submits it. */

/*
 * Commits the file at a location under a job file's name. wait->answer is called once, now or
 * later, with the result. The content is read through read_fd; -1: by opening the location.
 * replaced: another file that has the name until the commit ends, or NULL.
 */
void commit_location(struct space *space, const struct location *location, int read_fd,
		     struct node *parent, const char *name, const struct stat *replaced,
		     struct pending_reply *wait);

/* Commits the present content of an open file under one of its names (link). wait is answered now
 * or later. */
void commit_open(struct space *space, struct handle *handle, const struct name *link,
		 struct pending_reply *wait);

/* Records that the commit of a file under one of its names (link) is refused. req: the commit's
 * request, or NULL. incomplete: the file may be half of what was meant, and gets the mark of
 * half.h. Returns -err->errnum, or another -errno if the refusal cannot be recorded. */
int commit_refuse_node(struct space *space, fuse_req_t req, struct node *node,
		       const struct name *link, bool incomplete, const struct err *err);

/* Records that the commit of a file under one of its names (link) could not begin because of r, a
 * negative errno, while no request waits. Returns -errno: r, or another errno if that cannot be
 * recorded. */
int commit_refuse_unready(struct space *space, struct node *node, const struct name *link, int r);

/* Commits a closed job file that was changed by an operation other than a close. wait is answered
 * now or later. Commits nothing if the file is empty, open for writing, a backup, or maybe half of
 * what was meant: its next close may commit it. */
void commit_closed(struct space *space, struct node *node, struct pending_reply *wait);

#endif
