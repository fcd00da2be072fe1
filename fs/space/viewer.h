/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VIEWER_H
#define COCFS_SPACE_VIEWER_H

#include <limits.h>

#include "space/caller.h"

/*
 * A user who reads .coc/queue or .coc/jobs. The user sees those jobs whose .id file the user could
 * read. Root and the user who mounts see all jobs, and so does the user of a mount of one user.
 */
struct viewer {
	struct space *space;
	bool sees_all;
	/* how many files and directories were looked at for this reader; viewer.c bounds them */
	unsigned looks;
	struct caller caller;
	/* the directory that was looked at last: mostly the next row is in it, too */
	char dir[PATH_MAX];
	/* dir is set; the viewer may search dir and all directories above it */
	bool has_dir, may_search;
};

/* Makes the caller of req the viewer. The struct must not move after this. */
void viewer_init(struct viewer *viewer, struct space *space, fuse_req_t req);

/* Could the viewer read the .id of the row of path? No, if too many files were looked at already
 * (viewer.c). If yes, *ret_shows_text says whether the viewer could read the .error of the row,
 * too. is_aside: the row is set aside (claim.h); only the owner of its file may read it. holding:
 * the users who have the row. */
bool viewer_may_read(struct viewer *viewer, const char *path, bool is_aside,
		     const struct holding *holding, bool *ret_shows_text);

/* May the viewer list the root, by the mode that the mount shows? */
bool viewer_may_list_root(struct viewer *viewer);

/* May the viewer see a job that no path is bound to? It counts as a file of the user who mounts,
 * with mode 0400, as the mount would show that file (uid=, umask=). */
bool viewer_may_read_foreign(struct viewer *viewer);

#endif
