/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/catalogue_wait.h"

#include <errno.h>
#include <stdlib.h>

#include "space/pending_reply.h"
#include "submit/catalogue.h"

struct waiting_open {
	struct pending_reply wait;
	struct fuse_file_info fi;
	catalogue_waited_fn *then;
};

static void answer_waiting_open(struct pending_reply *wait, int result)
{
	struct waiting_open *open = (struct waiting_open *)wait;
	fuse_req_t req = wait->req;

	if (result == -EINTR) {
		reply(req, result);
	} else {
		/* the request outlives this wait, which is freed below: an interrupt must not reach
		 * the wait any more */
		fuse_req_interrupt_func(req, NULL, NULL);
		open->then(req, result, &open->fi);
	}
	free(open);
}

void catalogue_wait(fuse_req_t req, const struct fuse_file_info *fi, catalogue_waited_fn *then)
{
	struct space *space = space_of(req);
	struct waiting_open *open = calloc(1, sizeof(*open));
	struct waiter *waiter = NULL;
	int r;

	if (!open) {
		reply(req, -ENOMEM);
		return;
	}
	*open = (struct waiting_open){
		.wait = {.space = space, .req = req, .answer = answer_waiting_open},
		.fi = *fi,
		.then = then};
	r = catalogue_refresh(space->engine, pending_reply_done, &open->wait, &waiter);
	if (waiter) {
		pending_reply_begin(&open->wait, waiter, 0);
	} else {
		then(req, r, &open->fi);
		free(open);
	}
}
