/* SPDX-License-Identifier: MIT */
/*
 * No handler waits for the network. A request that its handler cannot answer becomes a struct
 * pending_reply, and the engine answers it at the end of a later iteration. An interrupt (Ctrl-C, a
 * fatal signal) answers it with EINTR and drops its waiter; the submission itself goes on.
 */
#define _GNU_SOURCE
#include "space/pending_reply.h"

#include <errno.h>
#include <stdlib.h>

static void answer_plain(struct pending_reply *wait, int result)
{
	if (wait->req)
		reply(wait->req, result);
	free(wait);
}

struct pending_reply *pending_reply_plain(struct space *space, fuse_req_t req)
{
	struct pending_reply *wait = calloc(1, sizeof(*wait));

	if (wait)
		*wait = (struct pending_reply){.space = space, .req = req, .answer = answer_plain};
	return wait;
}

/* Ends the wait of a pending reply that the engine does not have any more, and answers its
 * request. */
static void end_wait(struct pending_reply *wait, int result)
{
	LIST_REMOVE(wait, link);
	wait->waiter = NULL;
	if (result == 0 && wait->reader)
		readers_catch_up(&wait->space->readers, wait->reader, wait->row);
	wait->answer(wait, result);
}

void pending_reply_done(void *data, int result)
{
	end_wait(data, result);
}

static void interrupt_commit(struct pending_reply *wait)
{
	submit_waiter_drop(wait->waiter);
	end_wait(wait, -EINTR);
}

static void on_commit_interrupted(fuse_req_t req, void *data)
{
	struct pending_reply *wait = data;

	(void)req;
	if (wait->waiter)
		interrupt_commit(wait);
}

void pending_reply_begin(struct pending_reply *wait, struct waiter *waiter, int r)
{
	struct space *space = wait->space;
	bool has_ended = !waiter;

	/* NULL: nothing is to be committed, or there is no memory for a waiter. Answer now: an
	 * early answer is better than none */
	if (has_ended)
		waiter = submit_when_recorded(space->engine, r, pending_reply_done, wait);
	if (!waiter) {
		wait->answer(wait, r);
		return;
	}
	wait->waiter = waiter;
	LIST_INSERT_HEAD(&space->waits, wait, link);
	/* a submission that has ended is answered at the end of this iteration: an interrupt must
	 * not change its answer */
	if (!wait->req || has_ended)
		return;
	/* do not call fuse_req_interrupt_func() for a request that is interrupted already. libfuse
	 * would call on_commit_interrupted() immediately, with the lock of the request held, and
	 * use the request after that */
	if (fuse_req_interrupted(wait->req))
		interrupt_commit(wait);
	else
		fuse_req_interrupt_func(wait->req, on_commit_interrupted, wait);
}

void reply_recorded(struct space *space, fuse_req_t req, int r)
{
	struct pending_reply *wait = submit_ask(space->engine, CHANGES_ARE_UNCOMMITTED, NULL)
					     ? pending_reply_plain(space, req)
					     : NULL;

	if (wait)
		pending_reply_begin(wait, NULL, r);
	else
		reply(req, r);
}

void pending_reply_interrupt_all(struct space *space)
{
	while (!LIST_EMPTY(&space->waits))
		interrupt_commit(LIST_FIRST(&space->waits));
}
