/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VIEWER_H
#define COCFS_SPACE_VIEWER_H

#include <limits.h>

#include "space/caller.h"

/*
 * Which jobs of a list (.coc/queue, .coc/jobs) a user may know of: those whose .id the user could
 * read. The list shows all jobs to root, to the user who mounts, and on a mount of one user.
 */
struct viewer {
	struct space *space;
	bool sees_all;
	unsigned looks; /* files and directories that were looked at */
	struct caller caller;
	/* the directory that was looked at last: the next row is mostly in the same */
	char dir[PATH_MAX];
	bool has_dir, may_search;
};

/* The viewer is the caller of req. The struct must not move. */
void viewer_init(struct viewer *viewer, struct space *space, fuse_req_t req);

/* Could the viewer read the .id of the row of a path? *ret_shows_text: and its .error. */
bool viewer_may_read(struct viewer *viewer, const char *path, bool is_aside,
		     const struct holding *holding, bool *ret_shows_text);

/* May the viewer know of a job that no path is bound to? It is as a file of the user who mounts
 * that only this user may read, unless the mount shows other modes (umask=). */
bool viewer_may_read_foreign(struct viewer *viewer);

#endif
