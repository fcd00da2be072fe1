/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/queue_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "space/path.h"
#include "space/viewer.h"

/* The filter of .coc/queue. Returns true if the viewer (data) may see this row of the queue. If the
 * viewer may see the row but not the text of its .error, that text is taken out of the row. */
static bool may_see(void *data, struct job_pending *row)
{
	bool shows_text;

	if (!viewer_may_read(data, row->path, row->is_aside, &row->holding, &shows_text))
		return false;
	if (!shows_text)
		row->last_error = NULL;
	return true;
}

/* ---- .coc/queue ---- */

struct queue_text {
	struct text_source source;
	struct viewer viewer;
	struct queue_listing listing;
};

static int write_queue(struct text_source *source, struct buf *text)
{
	struct queue_text *queue = (struct queue_text *)source;

	return submit_write_queue(queue->viewer.space->engine, &queue->listing, text);
}

struct text_source *queue_view_text(struct space *space, fuse_req_t req)
{
	struct queue_text *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return NULL;
	queue->source = (struct text_source){.write = write_queue};
	viewer_init(&queue->viewer, space, req);
	queue->listing = (struct queue_listing){.may_see = may_see, .data = &queue->viewer};
	return &queue->source;
}

/* ---- coc.hidden ---- */

/* A count of the unfinished submissions below a directory that the viewer may not see (coc.hidden),
 * which is made in slices. */
struct counting {
	struct sliced sliced; /* in space->slices */
	LIST_ENTRY(counting) link;
	struct viewer viewer;
	fuse_req_t req;
	char *dir;
	struct queue_listing listing;
	void (*done)(fuse_req_t req, int64_t n, int r, size_t room);
	size_t room;
};

static bool is_below(const char *dir, const char *path)
{
	size_t length = strlen(dir);

	return !length || (!strncmp(dir, path, length) && path[length] == '/');
}

/* The filter of coc.hidden: submit_write_queue() counts the rows for which this function returns
 * false. Returns true if the row is not below the directory, or if the viewer may see the row. */
static bool is_not_hidden(void *data, struct job_pending *row)
{
	struct counting *counting = data;

	return !is_below(counting->dir, row->path) || may_see(&counting->viewer, row);
}

static void end_counting(struct counting *counting, int r)
{
	LIST_REMOVE(counting, link);
	counting->done(counting->req, counting->listing.hidden + counting->listing.more, r,
		       counting->room);
	free(counting->dir);
	free(counting);
}

static bool count_slice(struct sliced *sliced)
{
	struct counting *counting = (struct counting *)sliced;
	int r = submit_write_queue(counting->viewer.space->engine, &counting->listing, NULL);

	if (r > 0)
		return true;
	end_counting(counting, r);
	return false;
}

void queue_view_hidden(struct space *space, fuse_req_t req, struct node *dir, size_t room,
		       void (*done)(fuse_req_t req, int64_t n, int r, size_t room))
{
	struct counting *counting = calloc(1, sizeof(*counting));
	int r = counting ? node_dir_path(&space->nodes, dir, &counting->dir) : -ENOMEM;

	if (r < 0) {
		free(counting);
		done(req, 0, r, room);
		return;
	}
	viewer_init(&counting->viewer, space, req);
	if (counting->viewer.sees_all) {
		free(counting->dir);
		free(counting);
		done(req, 0, 0, room);
		return;
	}
	counting->sliced.run = count_slice;
	counting->req = req;
	counting->done = done;
	counting->room = room;
	counting->listing = (struct queue_listing){.may_see = is_not_hidden, .data = counting};
	LIST_INSERT_HEAD(&space->countings, counting, link);
	if (count_slice(&counting->sliced))
		slices_add(&space->slices, &counting->sliced);
}

void queue_view_finish(struct space *space)
{
	struct counting *counting;

	while ((counting = LIST_FIRST(&space->countings))) {
		slices_drop(&space->slices, &counting->sliced);
		end_counting(counting, -EINTR);
	}
}
