/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIMING_H
#define COCFS_SPACE_CLAIMING_H

#include "space/caller.h"

/* The judgement of one name, shared by claim.c and claim_tree.c: which row does the request get? */

/* One judgement: a name, the request for it, and the file that gets the name. */
struct claiming {
	struct space *space;
	const char *path;
	struct caller caller;
	struct access file, directory;
	bool is_free; /* the new file replaces no other file */
	/* a commit: it makes no name, and the file's user must be able to inherit too */
	bool is_commit;
	bool is_unasked; /* no request is behind this, so no row is inherited */
	/* a directory is moved onto this name, so it is another directory than the recorded one */
	bool is_tree;
	uid_t replaced_uid;
	struct job_claim claims[CLAIMS_ASIDE_MAX + 1];
	int n;
};

/* Returns the row that the path finds; NULL: all rows are set aside, or there is none. */
const struct job_claim *claiming_current(const struct claiming *claiming);

/* May the user of the request inherit the job of this row, by the rule of owner.h? holding is what
 * the row records of its file. */
bool claiming_may_inherit(struct claiming *claiming, const struct holding *holding);

/* Decides which row the request gets: brings that row back, and sets the path's present row aside
 * if it is another. Returns 0 or -errno. */
int claiming_settle(struct claiming *claiming);

/* Sets the row that the path finds aside, unless the request may inherit it. Returns 0 or
 * -errno. */
int claiming_yield(struct claiming *claiming);

#endif
