/* SPDX-License-Identifier: MIT */
/* A directory is renamed. The ledger may have rows of paths below the directory's new name, from
 * files that were there before. Each of these paths is judged: does its row go to the file that
 * comes, or is it set aside (kept, but not found by the path)? */
#define _GNU_SOURCE
#include "space/caller.h"
#include "space/claim_tree.h"

#include "space/claim_row.h"
#include "space/claiming.h"
#include "space/location.h"
#include "space/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

/* Does the ledger have a row of the path DIRECTORY/BELOW? Returns 1, 0 or -errno. */
static int has_row(struct engine *engine, const char *directory, const char *below)
{
	_cleanup_free_ char *path = NULL;
	struct job_glance seen;
	int r;

	if (asprintf(&path, "%s/%s", directory, below) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = submit_glance(engine, path, &seen);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

/* Looks for a file with the path `below` in the directory that will be moved. Fills claiming->file.
 * Returns 1 for a regular file, 0 for none or another type, or -errno. */
static int look_below_directory(struct claiming *claiming, int from_fd, const char *from,
				const char *below)
{
	char path[PATH_MAX];
	struct stat st = {0};

	if (snprintf(path, sizeof(path), "%s/%s", from, below) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	if (fstatat(from_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT &&
	    errno != ENOTDIR)
		return -errno;
	claiming->file = access_of(&st);
	return S_ISREG(st.st_mode);
}

/* Marks each row of claiming that the request may not inherit: its file was in another directory
 * than the one that now gets the name (is_elsewhere). The permissions of the moved directory say
 * nothing about files of the old directory, and must not count for them. Returns 0 or -errno. */
static int mark_elsewhere(struct claiming *claiming)
{
	int r = 0;

	for (int i = 0; r == 0 && i < claiming->n; i++) {
		struct job_claim *claim = &claiming->claims[i];

		if (claim->holding.owner.is_elsewhere ||
		    claiming_may_inherit(claiming, &claim->holding))
			continue;
		claim->holding.owner.is_elsewhere = true;
		r = submit_change(claiming->space->engine,
				  &(struct submit_change){.kind = CHANGE_HOLDING,
							  .row = claim->row,
							  .holding = &claim->holding});
	}
	return r;
}

/* Judges claiming->path, a path below the new name of the directory that has a row. The moved
 * directory may bring a file of this path, or a row without a file. Neither may take the place of a
 * row that the request may not inherit: that row is set aside. If the directory brings neither, the
 * row stays. Returns 0 or -errno. */
static int claim_below(struct claiming *claiming, int from_fd, const char *from,
		       const char *from_path, const char *below)
{
	struct engine *engine = claiming->space->engine;
	int n = submit_claims(engine, claiming->path, claiming->claims), has_file, has_own, r;

	claiming->n = n < 0 ? 0 : n;
	r = n < 0 ? n : mark_elsewhere(claiming);
	if (n <= 0 || r < 0)
		return r;
	has_file = look_below_directory(claiming, from_fd, from, below);
	has_own = has_row(engine, from_path, below);
	if (has_file < 0 || has_own < 0)
		return has_file < 0 ? has_file : has_own;
	/* if the path finds no row, a file that brings its own row gets none that is set aside */
	if (has_file)
		return claiming_current(claiming) || !has_own ? claiming_settle(claiming) : 0;
	return has_own ? claiming_yield(claiming) : 0;
}

int claim_tree(struct space *space, fuse_req_t req, struct node *from_parent, const char *from,
	       struct node *to_parent, const char *to)
{
	struct claiming claiming = {.space = space, .is_free = true, .is_tree = true};
	_cleanup_free_ char *path = NULL, *paths = NULL, *from_path = NULL;
	_cleanup_close_ int from_fd = -1;
	size_t size = 0;
	int r;

	if (space->options->one_user || node_is_hidden(to_parent) || to[0] == '.')
		return 0;
	r = node_path_of(to_parent, to, &path);
	if (r == 0)
		r = node_path_of(from_parent, from, &from_path);
	if (r == 0)
		r = submit_paths_below(space->engine, path, &paths, &size);
	if (r < 0 || !size)
		return r;
	from_fd = node_hold_dirfd(&space->nodes, from_parent);
	if (from_fd < 0)
		return from_fd;
	caller_init(&claiming.caller, req);
	for (size_t at = 0; r == 0 && at < size; at += strlen(paths + at) + 1) {
		claiming.path = paths + at;
		r = claim_below(&claiming, from_fd, from, from_path,
				claiming.path + strlen(path) + 1);
	}
	return r;
}
