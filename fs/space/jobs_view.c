/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/jobs_view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "space/pending_reply.h"
#include "space/text.h"
#include "space/viewer.h"
#include "submit/catalogue.h"

/* ---- the text ---- */

struct jobs_text {
	struct text_source source;
	struct viewer viewer;
	struct catalogue_listing listing;
};

static bool may_see_job(void *data, const struct catalogue_binding *binding)
{
	bool shows_text;

	return binding ? viewer_may_read(data, binding->path, binding->is_aside, &binding->holding,
					 &shows_text)
		       : viewer_may_read_foreign(data);
}

static int write_jobs(struct text_source *source, struct buf *text)
{
	struct jobs_text *jobs = (struct jobs_text *)source;

	return catalogue_listing_write(&jobs->listing, text);
}

static struct text_source *jobs_text(struct space *space, fuse_req_t req)
{
	struct jobs_text *jobs = calloc(1, sizeof(*jobs));

	if (!jobs)
		return NULL;
	jobs->source = (struct text_source){.write = write_jobs};
	viewer_init(&jobs->viewer, space, req);
	jobs->listing = (struct catalogue_listing){
		.engine = space->engine, .may_see = may_see_job, .data = &jobs->viewer};
	return &jobs->source;
}

/* ---- the open ---- */

struct jobs_open {
	struct pending_reply wait;
	struct fuse_file_info fi;
};

static void answer_jobs_open(struct pending_reply *wait, int result)
{
	struct jobs_open *open = (struct jobs_open *)wait;
	fuse_req_t req = wait->req;

	if (result < 0) {
		reply(req, result);
	} else {
		/* the request lives on, and its wait does not */
		fuse_req_interrupt_func(req, NULL, NULL);
		text_open_long(req, jobs_text(wait->space, req), &open->fi);
	}
	free(open);
}

void jobs_view_open(fuse_req_t req, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct jobs_open *open;
	struct waiter *waiter = NULL;
	int r;

	if ((fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC)) {
		reply(req, -EPERM);
		return;
	}
	open = calloc(1, sizeof(*open));
	if (!open) {
		reply(req, -ENOMEM);
		return;
	}
	open->wait = (struct pending_reply){.space = space, .req = req, .answer = answer_jobs_open};
	open->fi = *fi;
	r = catalogue_refresh(space->engine, pending_reply_done, &open->wait, &waiter);
	if (waiter)
		pending_reply_begin(&open->wait, waiter, 0);
	else
		answer_jobs_open(&open->wait, r);
}
