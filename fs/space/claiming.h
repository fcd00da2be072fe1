/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIMING_H
#define COCFS_SPACE_CLAIMING_H

#include "space/caller.h"

/* The judgement of one name, shared by claim.c and claim_tree.c: which row of the name does the
 * request get? A row that is set aside stays in the ledger, but its path does not find it. */

/* One judgement: a path, the caller of the request for it, and the file that gets the path. claims
 * are the n rows that the path has. */
struct claiming {
	struct space *space;
	const char *path;
	struct caller caller;
	struct access file, directory;
	bool is_free; /* the new file replaces no other file */
	/* the judgement is for a commit: no name is made, and both the caller and the file's user
	 * must be able to inherit */
	bool is_commit;
	/* the judgement is for a commit that cocfs makes by itself, without a request: caller is
	 * not set, so nobody inherits a row */
	bool is_unasked;
	/* a directory is moved here with the file in it, so the directory of path is not the one
	 * that the rows record */
	bool is_tree;
	uid_t replaced_uid;
	struct job_claim claims[CLAIMS_ASIDE_MAX + 1];
	int n;
};

/* Returns the row that the path finds; NULL: all rows of the path are set aside, or it has none. */
const struct job_claim *claiming_current(const struct claiming *claiming);

/* May the user of the request inherit the job of this row, by the rule of owner.h? holding is what
 * the row records of its file. */
bool claiming_may_inherit(struct claiming *claiming, const struct holding *holding);

/* Decides which row of claims the request gets. If that row was set aside, brings it back, and
 * records the new file's user as its heir, if that is not its owner. Sets the row that the path
 * finds aside if the request does not get it. Returns 0, also if the request gets no row, or
 * -errno. */
int claiming_settle(struct claiming *claiming);

/* Sets aside the row that the path finds, unless the request may inherit it. Returns 0 or
 * -errno. */
int claiming_yield(struct claiming *claiming);

#endif
