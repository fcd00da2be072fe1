/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PENDING_REPLY_H
#define COCFS_SPACE_PENDING_REPLY_H

#include "space/space.h"

/* Requests that wait for the engine. */

/*
 * A request that waits for a commit. The caller embeds this struct in a struct of its own. answer
 * is called exactly once, with 0 or a negative errno. It must answer req unless req is NULL, and it
 * frees the struct. An interrupt calls answer with -EINTR, while the submission goes on.
 */
struct pending_reply {
	struct space *space;
	fuse_req_t req; /* NULL: no request waits */
	void (*answer)(struct pending_reply *wait, int result);
	struct waiter *waiter; /* NULL: the engine does not have this request */
	pid_t opener;	       /* the process that opened the file; 0: unknown */
	/* the process that knows the base of row after a success (readers.h); 0: none */
	pid_t reader;
	int64_t row;
	/* The version that the text is based on: the user has named it (coc.base), or the writing
	 * process is known to have read it. 0: none, so the base of the row counts. */
	int64_t base;
	/* the content is committed before a rename or a link puts it under the name */
	bool is_renamed;
	bool keeps_text; /* no program has written this text: struct commit */
	/* the attributes that the user has just set: bits 1 << attr */
	unsigned named;
	/* the attributes that this commit has set on the file: bits 1 << attr */
	unsigned put;
	LIST_ENTRY(pending_reply) link; /* in space->waits while the engine has it */
};

/* Makes a pending reply whose answer replies 0 or the error. NULL: out of memory. */
struct pending_reply *pending_reply_plain(struct space *space, fuse_req_t req);

/* Answers req when the changes that it recorded are committed; at once if they are. The answer is
 * r, or if r is 0 the reason why the changes were not committed. */
void reply_recorded(struct space *space, fuse_req_t req, int r);

/* Starts to wait. r is what starting the submission returned. waiter is what the engine gave for
 * it. If waiter is NULL, the request is answered with r when the changes of this iteration are
 * committed. */
void pending_reply_begin(struct pending_reply *wait, struct waiter *waiter, int r);

/* Passes the engine's result to a pending reply. Give this function to the engine, with the pending
 * reply as data. */
submit_done_fn pending_reply_done;

/* Answers every pending reply with EINTR. Submissions under way go on; the ledger keeps the
 * others. */
void pending_reply_interrupt_all(struct space *space);

#endif
