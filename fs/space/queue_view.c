/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/queue_view.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "job/pending.h"
#include "space/claim.h"

#define READ 04
#define SEARCH 01

/* Files and directories that are looked at for one reader: 5 ms. The rows after that are counted only. */
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
static int look(struct viewer *viewer, const char *path, struct stat *ret_st,
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

	return look(viewer, dir, &st, &shown) == 0 && S_ISDIR(st.st_mode) &&
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
static bool may_see(void *data, struct ledger_pending *row)
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
	r = look(viewer, row->path, &st, &shown);
	if (r < 0 && r != -ENOENT)
		return false;
	if (r < 0 || !S_ISREG(st.st_mode) || !holding_is_of(holding, st.st_uid))
		return user == holding->owner.file.uid;
	if (!holding_shows_text(holding, st.st_uid, user))
		row->last_error = NULL;
	return access_lets(&shown, caller_with_groups(&viewer->caller), READ);
}

int queue_view_write(struct space *space, fuse_req_t req, struct buf *text)
{
	struct viewer viewer;

	viewer_init(&viewer, space, req);
	return pending_write(space->ledger, engine_queue_resumes_ms(space->engine), may_see,
			     &viewer, text);
}

struct counting {
	struct viewer viewer;
	const char *dir;
	int64_t rows, hidden;
};

static bool is_below(const char *dir, const char *path)
{
	size_t length = strlen(dir);

	return !length || (!strncmp(dir, path, length) && path[length] == '/');
}

static int count(void *data, struct ledger_pending *row)
{
	struct counting *counting = data;

	counting->rows++;
	counting->hidden += is_below(counting->dir, row->path) && !may_see(&counting->viewer, row);
	return 0;
}

int queue_view_hidden(struct space *space, fuse_req_t req, struct node *dir, int64_t *ret_n)
{
	_cleanup_free_ char *path = NULL;
	struct counting counting = {0};
	int64_t total, queued;
	int r;

	viewer_init(&counting.viewer, space, req);
	*ret_n = 0;
	if (counting.viewer.sees_all)
		return 0;
	r = node_dir_path(&space->nodes, dir, &path);
	counting.dir = path;
	if (r == 0)
		r = ledger_pending(space->ledger, PENDING_LINES_MAX, count, &counting);
	if (r == 0)
		r = ledger_count_pending(space->ledger, &total, &queued);
	if (r < 0)
		return r;
	*ret_n = counting.hidden + (total - counting.rows);
	return 0;
}
