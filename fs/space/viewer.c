/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/viewer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "space/claim_row.h"

#define READ 04
#define SEARCH 01

/* How many files and directories are looked at for one reader: 5 ms. After that the viewer sees no
 * further row: rows are only counted. */
#define LOOKED_AT_MAX 2000

void viewer_init(struct viewer *viewer, struct space *space, fuse_req_t req)
{
	viewer->space = space;
	viewer->looks = 0;
	viewer->has_dir = false;
	caller_init(&viewer->caller, req);
	viewer->sees_all =
		space->options->one_user || caller_is_master(space, &viewer->caller.person);
}

/* Looks at a path of the spool. *ret_st gets its attributes in the spool, *ret_shown the owner and
 * mode that the mount shows. Returns 0 or -errno. */
static int look_at_path(struct viewer *viewer, const char *path, struct stat *ret_st,
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

/* May the viewer do with dir itself what bits says (READ, SEARCH)? No if dir is no directory. */
static bool may_use(struct viewer *viewer, const char *dir, mode_t bits)
{
	struct access shown;
	struct stat st;

	return look_at_path(viewer, dir, &st, &shown) == 0 && S_ISDIR(st.st_mode) &&
	       access_lets(&shown, caller_with_groups(&viewer->caller), bits);
}

/* May the viewer search viewer->dir, and all directories above it except the root? */
static bool may_search_down(struct viewer *viewer)
{
	for (char *at = viewer->dir;; at++) {
		const char end = *at;
		bool may;

		if (end && end != '/')
			continue;
		*at = '\0';
		may = may_use(viewer, viewer->dir, SEARCH);
		*at = end;
		if (!may || !end)
			return may;
	}
}

/* May the viewer search the directory of a path, and all directories above it? */
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
	viewer->may_search = may_use(viewer, "", SEARCH) && (!length || may_search_down(viewer));
	return viewer->may_search;
}

bool viewer_may_read(struct viewer *viewer, const char *path, bool is_aside,
		     const struct holding *holding, bool *ret_shows_text)
{
	const uid_t user = viewer->caller.person.uid;
	struct access shown;
	struct stat st;
	int r;

	*ret_shows_text = true;
	if (viewer->sees_all)
		return true;
	if (is_aside)
		return user == holding->owner.file.uid;
	if (viewer->looks >= LOOKED_AT_MAX || !may_reach(viewer, path))
		return false;
	r = look_at_path(viewer, path, &st, &shown);
	if (r < 0 && r != -ENOENT)
		return false;
	if (r < 0 || !S_ISREG(st.st_mode) || !holding_is_of(holding, st.st_uid))
		return user == holding->owner.file.uid;
	*ret_shows_text = claim_shows_text(viewer->space, holding, st.st_uid, &viewer->caller);
	return access_lets(&shown, caller_with_groups(&viewer->caller), READ);
}

bool viewer_may_list_root(struct viewer *viewer)
{
	return viewer->sees_all || may_use(viewer, "", READ);
}

bool viewer_may_read_foreign(struct viewer *viewer)
{
	const struct space *space = viewer->space;
	const struct access file = {.uid = space->uid, .gid = space->gid, .mode = 0400};
	const struct access shown = access_shown(space, &file, S_IFREG);

	return viewer->sees_all || access_lets(&shown, caller_with_groups(&viewer->caller), READ);
}
