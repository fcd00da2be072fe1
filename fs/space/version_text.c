/* SPDX-License-Identifier: MIT */
/*
 * A version of a job never changes. So texts that were read are kept, up to VERSION_TEXTS_BYTES:
 * `cp -r`, `diff` and `less` read each version more than once. A version that is not kept costs one
 * ShowDocument, and the open waits for it. A stat waits too: rsync, tar and others copy as many
 * bytes as the size says, so an unknown size must not show as 0.
 */
#define _GNU_SOURCE
#include "space/version_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "space/bounds.h"
#include "space/file_version.h"
#include "space/text.h"
#include "space/version_listing.h"
#include "space/version_tree.h"
#include "submit/freshness.h"
#include "submit/show.h"

/* An open or a stat in .coc/versions that waits until the service has shown a version of a job. */
struct version_open {
	struct space *space;
	fuse_req_t req;
	struct fuse_file_info fi;
	struct node *node; /* we hold a reference */
	struct version_source source;
	int64_t version;	/* 0: a directory, which asks for the newest version */
	request_again_fn *then; /* goes on with a stat; NULL: the request is an open */
	struct show_waiter *asked;
	LIST_ENTRY(version_open) link; /* in space->version_opens */
};

/* ---- the texts that are kept ---- */

static void drop_text(struct space *space, struct version_text *text)
{
	TAILQ_REMOVE(&space->version_texts, text, link);
	space->version_texts_bytes -= sizeof(*text) + text->size;
	space->n_version_texts--;
	free(text->job_id);
	free(text);
}

const struct version_text *version_text_find(struct space *space, const char *job_id,
					     int64_t version)
{
	struct version_text *text;

	TAILQ_FOREACH (text, &space->version_texts, link) {
		if (text->version == version && !strcmp(text->job_id, job_id))
			return text;
	}
	return NULL;
}

/* Keeps in memory the text of the version that open asks for, unless it is kept already. While
 * the texts take more than VERSION_TEXTS_BYTES, or are more than VERSION_TEXTS_MAX, drops the
 * oldest. Returns 0 or -ENOMEM. */
static int keep_text(struct space *space, const struct version_open *open,
		     const struct shown_job *job)
{
	struct version_text *text;

	if (version_text_find(space, open->source.job_id, open->version))
		return 0;
	text = malloc(sizeof(*text) + job->size);
	if (!text || !(text->job_id = strdup(open->source.job_id))) {
		free(text);
		return -ENOMEM;
	}
	text->version = open->version;
	text->update_ms = job->update_ms;
	text->size = job->size;
	memcpy(text->content, job->content, job->size);
	TAILQ_INSERT_HEAD(&space->version_texts, text, link);
	space->version_texts_bytes += sizeof(*text) + text->size;
	space->n_version_texts++;
	while (space->version_texts_bytes > VERSION_TEXTS_BYTES ||
	       space->n_version_texts > VERSION_TEXTS_MAX)
		drop_text(space, TAILQ_LAST(&space->version_texts, version_texts));
	return 0;
}

/* ---- requests that ask the service ---- */

static void open_listing(fuse_req_t req, const struct node *node, struct fuse_file_info *fi)
{
	text_open_long(req, version_listing(space_of(req), node), fi);
}

/* Ends the wait of a request and frees open. The request is not answered here. To answer it after
 * this call, copy open->req first. */
static void free_open(struct version_open *open)
{
	LIST_REMOVE(open, link);
	node_release(&open->space->nodes, open->node);
	free(open);
}

/* Records in the ledger the newest version of a directory's job, which the service has just shown.
 * Does nothing for an import, or if the ledger has that version already. */
static void take_newest(const struct version_open *open, const struct shown_job *job)
{
	struct engine *engine = open->space->engine;
	struct version_source now;
	struct freshness fresh = {.row = open->source.row};
	int64_t version;

	if (job->version <= open->source.newest || !open->source.row ||
	    version_tree_source(open->space, open->node, &now, &version) < 0 ||
	    now.row != open->source.row)
		return;
	if (freshness_of_row(engine, open->source.row, &fresh) == 0 && fresh.newest < job->version)
		freshness_see(engine, &fresh, job->version);
}

static void on_version_shown(void *data, int result, const struct shown_job *job)
{
	struct version_open *open = data;
	fuse_req_t req = open->req;

	fuse_req_interrupt_func(req, NULL, NULL);
	if (!open->version) {
		/* if the service is away, list the versions that are known */
		if (result == 0)
			take_newest(open, job);
		open_listing(req, open->node, &open->fi);
	} else if (result < 0) {
		reply(req, result == -ESTALE ? -ENOENT : result);
	} else if (open->then) {
		int r = keep_text(open->space, open, job);

		if (r < 0)
			reply(req, r);
		else
			open->then(req, open->node, NULL);
	} else {
		keep_text(open->space, open, job); /* ignore -ENOMEM: the next open asks again */
		text_open_copy(req, job->content, job->size, &open->fi);
	}
	free_open(open);
}

static void on_open_interrupted(fuse_req_t req, void *data)
{
	struct version_open *open = data;

	show_drop(open->asked);
	free_open(open);
	reply(req, -EINTR);
}

/* Asks the service for a version of a job; version 0: the newest. fi: of an open; then: for a stat,
 * otherwise NULL. Returns 0 (the request will be answered later) or -errno (the caller answers
 * it). */
static int ask_version(fuse_req_t req, struct node *node, const struct version_source *source,
		       int64_t version, const struct fuse_file_info *fi, request_again_fn *then)
{
	struct space *space = space_of(req);
	struct version_open *open;
	int r;

	if (fuse_req_interrupted(req))
		return -EINTR;
	open = calloc(1, sizeof(*open));
	if (!open)
		return -ENOMEM;
	*open = (struct version_open){.space = space,
				      .req = req,
				      .fi = fi ? *fi : (struct fuse_file_info){0},
				      .then = then,
				      .node = node,
				      .source = *source,
				      .version = version};
	r = show_job(space->engine, source->job_id, version, on_version_shown, open, &open->asked);
	if (r < 0) {
		free(open);
		return r;
	}
	node_hold(node);
	LIST_INSERT_HEAD(&space->version_opens, open, link);
	fuse_req_interrupt_func(req, on_open_interrupted, open);
	return 0;
}

void version_text_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	const struct version_text *text;
	struct version_source source;
	int64_t version;
	int r = version_tree_source(space, node, &source, &version);

	if (r == 0 && ((fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC)))
		r = -EPERM;
	if (r < 0) {
		reply(req, r);
		return;
	}
	text = version_text_find(space, source.job_id, version);
	if (text) {
		text_open_copy(req, text->content, text->size, fi);
		return;
	}
	r = ask_version(req, node, &source, version, fi, NULL);
	if (r < 0)
		reply(req, r);
}

void version_tree_open_dir(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct version_source source;
	int64_t version;

	if (version_tree_source(space_of(req), node, &source, &version) < 0 || !source.is_due ||
	    ask_version(req, node, &source, 0, fi, NULL) < 0)
		open_listing(req, node, fi);
}

bool version_text_await(fuse_req_t req, struct node *node, request_again_fn *then)
{
	struct space *space = space_of(req);
	struct version_source source;
	int64_t version;
	int r;

	if (node->kind != NODE_CONTROL || version_tree_source(space, node, &source, &version) < 0 ||
	    !version || version > source.newest || version_text_find(space, source.job_id, version))
		return false;
	r = ask_version(req, node, &source, version, NULL, then);
	if (r < 0)
		reply(req, r);
	return true;
}

void version_text_finish(struct space *space)
{
	struct version_open *open;

	while ((open = LIST_FIRST(&space->version_opens))) {
		fuse_req_t req = open->req;

		fuse_req_interrupt_func(req, NULL, NULL);
		show_drop(open->asked);
		free_open(open);
		reply(req, -EINTR);
	}
	while (!TAILQ_EMPTY(&space->version_texts))
		drop_text(space, TAILQ_FIRST(&space->version_texts));
}
