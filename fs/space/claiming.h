/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIMING_H
#define COCFS_SPACE_CLAIMING_H

#include "space/caller.h"

/* What claim.c and claim_tree.c share: the judgement of one name. */

/* One name, a request, and the file that the name is for. */
struct claiming {
	struct space *space;
	const char *path;
	struct caller caller;
	struct access file, directory;
	bool is_free;	 /* nothing is replaced */
	bool is_commit;	 /* the name is not made: the file's user is judged as well */
	bool is_unasked; /* there is no request */
	bool is_tree;	 /* a directory is moved: it is another one than the recorded one */
	uid_t replaced_uid;
	struct job_claim claims[CLAIMS_ASIDE_MAX + 1];
	int n;
};

/* The row that the path finds, NULL: it has none. */
const struct job_claim *claiming_current(const struct claiming *claiming);

/* May the request have what a row keeps? */
bool claiming_may_inherit(struct claiming *claiming, const struct holding *holding);

/* Judges the rows of the name, and moves them. Returns 0 or -errno. */
int claiming_settle(struct claiming *claiming);

/* Sets the row that the path finds aside, unless the request may have it. Returns 0 or -errno. */
int claiming_yield(struct claiming *claiming);

#endif
