/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PENDING_REPLY_H
#define COCFS_SPACE_PENDING_REPLY_H

#include "space/space.h"

/* Requests that wait for the engine (fs/submit). */

/*
 * A request that waits for a commit. The caller embeds this struct in a struct of its own. answer
 * is called exactly once; result is 0 or a negative errno. answer must answer req unless req is
 * NULL, and must free the struct. An interrupt of the request calls answer with -EINTR, while the
 * submission goes on.
 */
struct pending_reply {
	struct space *space;
	fuse_req_t req; /* NULL: no request waits */
	void (*answer)(struct pending_reply *wait, int result);
	struct waiter *waiter; /* NULL: the engine does not have this pending reply */
	pid_t opener;	       /* the process that opened the file; 0: unknown */
	/* reader: when the commit has succeeded, this process counts as having read the version
	 * that the commit has made (readers.h); 0: no process */
	pid_t reader;
	int64_t row; /* the row of the committed file in the ledger, for reader */
	/* The version that the text is based on: the user has named it (coc.base), or the writing
	 * process is known to have read it. 0: none, so the base of the row counts (the version
	 * that the next update replaces). */
	int64_t base;
	/* the content is committed before a rename or a link puts it under the job file name */
	bool is_renamed;
	/* no program has written this text for this commit: an attribute or the base is new, or a
	 * file that was moved away comes back */
	bool keeps_text;
	/* the attributes that the user has just set: bits 1 << attr */
	unsigned named;
	/* the attributes that this commit has set on the file: bits 1 << attr */
	unsigned put;
	/* in space->waits while the engine has this pending reply */
	LIST_ENTRY(pending_reply) link;
};

/* Makes a pending reply whose function answer replies to req with the result and frees the struct.
 * Returns an owned struct; NULL: out of memory. */
struct pending_reply *pending_reply_plain(struct space *space, fuse_req_t req);

/* Answers req with r (0 or a negative errno) when the ledger has committed what this iteration has
 * changed. If that commit fails and r is 0, the answer is the error of the commit. If nothing is to
 * be committed, or without memory, this function itself answers req. */
void reply_recorded(struct space *space, fuse_req_t req, int r);

/* Begins the wait of a pending reply, after the call that began its submission. r: what that call
 * returned. waiter: the waiter that the call gave. If waiter is NULL, there is nothing to wait for:
 * the request is answered with r when the ledger has committed what this iteration has changed. */
void pending_reply_begin(struct pending_reply *wait, struct waiter *waiter, int r);

/* Passes the engine's result to a pending reply. Give this function to the engine, with the pending
 * reply as data. */
submit_done_fn pending_reply_done;

/* Answers every pending reply with EINTR. Submissions that were sent go on; the ledger keeps the
 * others. */
void pending_reply_interrupt_all(struct space *space);

#endif
