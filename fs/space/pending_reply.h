/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PENDING_REPLY_H
#define COCFS_SPACE_PENDING_REPLY_H

#include "space/space.h"

/* Requests that wait for the engine. */

/*
 * A request that waits for a commit. Its owner embeds it. answer is called exactly once with the
 * outcome (0 or a negative errno). It must answer req if that is not NULL, and frees the wait: it
 * is the last touch. An interrupt calls it with -EINTR, while the submission goes on.
 */
struct pending_reply {
	struct space *space;
	fuse_req_t req; /* NULL: nobody waits */
	void (*answer)(struct pending_reply *wait, int result);
	struct waiter *waiter; /* while the engine has it */
	pid_t opener;	       /* the process that opened the file, 0: not known */
	pid_t reader;	       /* knows the base of row after a success (readers.h); or 0 */
	int64_t row;
	int64_t base;			/* the version that the user says to have read, or 0 */
	bool is_renamed;		/* the content is that of a file that is to be renamed */
	bool keeps_text;		/* nobody has written the text: struct commit */
	unsigned named;			/* what the user has just set: bits 1 << attr */
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
submit_done_fn pending_reply_done;

/* Answers every wait with EINTR; what the engine has goes on or is kept by the ledger. */
void pending_reply_interrupt_all(struct space *space);

#endif
