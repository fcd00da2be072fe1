/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/waiting_request.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct waiting_request {
	fuse_req_t req;
	struct node *node; /* we hold a reference */
	request_again_fn *again;
	LIST_ENTRY(waiting_request) link;
	max_align_t data[]; /* a copy of the caller's data */
};

/* Ends the wait of one request and frees wait, which must be in its list. If r is 0, wait->again()
 * goes on with the request and answers it. Otherwise the answer is r, a negative errno. */
static void end_wait(struct waiting_request *wait, int r)
{
	fuse_req_t req = wait->req;
	struct nodes *nodes = &space_of(req)->nodes;

	LIST_REMOVE(wait, link);
	/* the request goes on without this wait, so an interrupt must not reach it */
	fuse_req_interrupt_func(req, NULL, NULL);
	if (r < 0)
		reply(req, r);
	else
		wait->again(req, wait->node, wait->data);
	node_release(nodes, wait->node);
	free(wait);
}

static void on_wait_interrupted(fuse_req_t req, void *data)
{
	struct waiting_request *wait = data;

	/* libfuse holds the request's lock: only a reply may change the request now */
	LIST_REMOVE(wait, link);
	node_release(&space_of(req)->nodes, wait->node);
	free(wait);
	reply(req, -EINTR);
}

int waiting_requests_add(struct waiting_requests *waiting, fuse_req_t req, struct node *node,
			 const void *data, size_t size, request_again_fn *again)
{
	struct waiting_request *wait = malloc(sizeof(*wait) + size);

	if (!wait)
		return -ENOMEM;
	*wait = (struct waiting_request){.req = req, .node = node, .again = again};
	if (size)
		memcpy(wait->data, data, size);
	node_hold(node);
	LIST_INSERT_HEAD(waiting, wait, link);
	/* for a request that is interrupted already, libfuse would call on_wait_interrupted() from
	 * within fuse_req_interrupt_func() */
	if (fuse_req_interrupted(req))
		end_wait(wait, -EINTR);
	else
		fuse_req_interrupt_func(req, on_wait_interrupted, wait);
	return 0;
}

void waiting_requests_end(struct waiting_requests *waiting, int r)
{
	while (!LIST_EMPTY(waiting))
		end_wait(LIST_FIRST(waiting), r);
}
