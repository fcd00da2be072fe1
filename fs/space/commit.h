/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_COMMIT_H
#define COCFS_SPACE_COMMIT_H

#include "space/content.h"
#include "space/location.h"

/* Commits of the job space: from a kernel request to the engine and back. */

/*
 * A request that waits for a commit. Its owner embeds it; answer is called exactly once with the
 * outcome (0 or a negative errno), must answer req if that is not NULL, and frees the wait: it is
 * the last touch. An interrupt calls it with -EINTR, while the submission goes on.
 */
struct pending_reply {
	struct space *space;
	fuse_req_t req; /* NULL: nobody waits */
	void (*answer)(struct pending_reply *wait, int result);
	struct waiter *waiter;		/* while the engine has it */
	unsigned put;			/* what its commit has put on the file: bits 1 << attr */
	LIST_ENTRY(pending_reply) link; /* in space->waits while the engine has it */
};

/* A wait whose answer is a plain reply. NULL when out of memory. */
struct pending_reply *pending_reply_plain(struct space *space, fuse_req_t req);

/* Answers req, which has recorded something: with r when that is committed (at once if it is), or
 * with why it was not committed if r is 0. */
void reply_recorded(struct space *space, fuse_req_t req, int r);

/* Goes on from what starting a submission returned: r, and the waiter if it was handed one. Without
 * one it is answered when what was recorded in this iteration is committed. */
void pending_reply_begin(struct pending_reply *wait, struct waiter *waiter, int r);

/* The engine's answer to a wait. */
engine_done_fn pending_reply_done;

/* Answers every wait with EINTR; what the engine has goes on or is kept by the ledger. */
void pending_reply_interrupt_all(struct space *space);

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
