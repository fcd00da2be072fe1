/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VIEWER_H
#define COCFS_SPACE_VIEWER_H

#include <limits.h>

#include "space/caller.h"

/*
 * Which jobs of a list (.coc/queue, .coc/jobs) a user may see: those whose .id the user could read.
 * Root and the user who mounts see all jobs, and so does the user of a mount of one user.
 */
struct viewer {
	struct space *space;
	bool sees_all;
	unsigned looks; /* how many files and directories were looked at */
	struct caller caller;
	/* the directory that was looked at last; the next row is mostly in the same directory */
	char dir[PATH_MAX];
	bool has_dir, may_search;
};

/* Makes the caller of req the viewer. The struct must not move after this. */
void viewer_init(struct viewer *viewer, struct space *space, fuse_req_t req);

/* Could the viewer read the .id that belongs to the row of a path? *ret_shows_text: could the
 * viewer read its .error too? */
bool viewer_may_read(struct viewer *viewer, const char *path, bool is_aside,
		     const struct holding *holding, bool *ret_shows_text);

/* May the viewer see a job that no path is bound to? Such a job counts as a file of the user who
 * mounts that only this user may read, unless the mount shows other modes (umask=). */
bool viewer_may_read_foreign(struct viewer *viewer);

#endif
