/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/caller.h"
#include "space/claim_row.h"
#include "space/queue_view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "space/path.h"

#define READ 04
#define SEARCH 01

/* Files and directories that are looked at for one reader: 5 ms. The rows after that are counted
 * only. */
#define LOOKED_AT_MAX 2000

struct viewer {
	struct space *space;
	bool sees_all;
	unsigned looks;
	struct caller caller;
	/* the directory that was looked at last: the next row is mostly in the same */
	char dir[PATH_MAX];
	bool has_dir, may_search;
};

static void viewer_init(struct viewer *viewer, struct space *space, fuse_req_t req)
{
	viewer->space = space;
	viewer->looks = 0;
	viewer->has_dir = false;
	caller_init(&viewer->caller, req);
	viewer->sees_all =
		space->options->one_user || caller_is_master(space, &viewer->caller.person);
}

/* Looks at a path of the spool, as the mount shows it. */
static int look_at_rows(struct viewer *viewer, const char *path, struct stat *ret_st,
			struct access *ret_shown)
{
	viewer->looks++;
	if (fstatat(viewer->space->nodes.root.fd, path, ret_st,
		    AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		return -errno;
	*ret_shown = access_of(ret_st);
	*ret_shown = access_shown(viewer->space, ret_shown, ret_st->st_mode & S_IFMT);
	return 0;
}

static bool may_search(struct viewer *viewer, const char *dir)
{
	struct access shown;
	struct stat st;

	return look_at_rows(viewer, dir, &st, &shown) == 0 && S_ISDIR(st.st_mode) &&
	       access_lets(&shown, caller_with_groups(&viewer->caller), SEARCH);
}

/* The same for viewer->dir and those above it, but for the root. */
static bool may_search_down(struct viewer *viewer)
{
	for (char *at = viewer->dir;; at++) {
		const char end = *at;
		bool may;

		if (end && end != '/')
			continue;
		*at = '\0';
		may = may_search(viewer, viewer->dir);
		*at = end;
		if (!may || !end)
			return may;
	}
}

/* May the viewer search the directory of a path, and all above? */
static bool may_reach(struct viewer *viewer, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (length >= sizeof(viewer->dir))
		return false;
	if (viewer->has_dir && !strncmp(viewer->dir, path, length) && !viewer->dir[length])
		return viewer->may_search;
	memcpy(viewer->dir, path, length);
	viewer->dir[length] = '\0';
	viewer->has_dir = true;
	viewer->may_search = may_search(viewer, "") && (!length || may_search_down(viewer));
	return viewer->may_search;
}

/* Could the viewer read the .id of a row? Takes a story away that is not for the viewer. */
static bool may_see(void *data, struct job_pending *row)
{
	struct viewer *viewer = data;
	const struct holding *holding = &row->holding;
	const uid_t user = viewer->caller.person.uid;
	struct access shown;
	struct stat st;
	int r;

	if (viewer->sees_all)
		return true;
	if (row->is_aside)
		return user == holding->owner.file.uid;
	if (viewer->looks >= LOOKED_AT_MAX || !may_reach(viewer, row->path))
		return false;
	r = look_at_rows(viewer, row->path, &st, &shown);
	if (r < 0 && r != -ENOENT)
		return false;
	if (r < 0 || !S_ISREG(st.st_mode) || !holding_is_of(holding, st.st_uid))
		return user == holding->owner.file.uid;
	if (!claim_shows_text(viewer->space, holding, st.st_uid, &viewer->caller))
		row->last_error = NULL;
	return access_lets(&shown, caller_with_groups(&viewer->caller), READ);
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

static void finish_queue(struct text_source *source)
{
	free(source);
}

struct text_source *queue_view_text(struct space *space, fuse_req_t req)
{
	struct queue_text *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return NULL;
	queue->source = (struct text_source){.write = write_queue, .finish = finish_queue};
	viewer_init(&queue->viewer, space, req);
	queue->listing = (struct queue_listing){.may_see = may_see, .data = &queue->viewer};
	return &queue->source;
}

/* ---- coc.hidden ---- */

/* A count of hidden rows, while it goes on. */
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

/* What is elsewhere is not hidden. */
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
