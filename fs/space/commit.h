/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_COMMIT_H
#define COCFS_SPACE_COMMIT_H

#include "space/content.h"

/* Commits of the job space: from a kernel request to the engine and back. */

/*
 * A request that waits for a commit. Its owner embeds it; answer is called exactly once with the
 * outcome (0 or a negative errno), must answer req if that is not NULL, and frees the wait: it is
 * the last touch. An interrupt calls it with -EINTR, while the submission goes on.
 */
struct wait {
	struct space *space;
	fuse_req_t req; /* NULL: nobody waits */
	void (*answer)(struct wait *wait, int result);
	struct ticket *ticket; /* while the engine has it */
	unsigned put;	       /* what its commit has put on the file: bits 1 << attr */
	LIST_ENTRY(wait) link; /* in space->waits while the engine has it */
};

/* A wait whose answer is a plain reply. NULL when out of memory. */
struct wait *wait_plain(struct space *space, fuse_req_t req);

/* Answers req, which has recorded something: with r when that is committed (at once if it is), or with why
 * it was not committed if r is 0. */
void reply_recorded(struct space *space, fuse_req_t req, int r);

/* Goes on from what starting a submission returned: r, and the ticket if it was handed one. Without one it
 * is answered when what was recorded in this turn is committed. */
void wait_begin(struct wait *wait, struct ticket *ticket, int r);

/* The engine's answer to a wait. */
engine_done_fn wait_done;

/* Answers every wait with EINTR; what the engine has goes on or is kept by the ledger. */
void wait_interrupt_all(struct space *space);

/*
 * Commits what is in the spool at spot under a job file's name; answers the wait, now or later.
 * A descriptor read_fd is read through, -1: none. replaced is the other file that has the name meanwhile, or
 * NULL.
 */
void commit_spot(struct space *space, const struct spot *spot, int read_fd, struct node *parent,
		 const char *name, const struct stat *replaced, struct wait *wait);

/* Commits what an open file holds now under one of its names; answers the wait, now or later. */
void commit_open(struct space *space, struct handle *handle, const struct link *link,
		 struct wait *wait);

/* Records that the commit of a file is refused, under one of its names. req: the request that it is of,
 * or NULL. incomplete: the file may be half of what was meant. Returns -err->errnum, or another
 * -errno when it cannot be recorded. */
int commit_refuse_node(struct space *space, fuse_req_t req, struct node *node,
		       const struct link *link, bool incomplete, const struct err *err);

/* The same for a commit that could not begin because of r (-errno), with nobody who waits for it. */
int commit_refuse_unready(struct space *space, struct node *node, const struct link *link, int r);

/* The commit of a closed job file that another operation than a close changed; answers the wait. A
 * file that is open for writing, empty, or half of what was meant is left to its next close. */
void commit_closed(struct space *space, struct node *node, struct wait *wait);

#endif
