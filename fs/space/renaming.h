/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAMING_H
#define COCFS_SPACE_RENAMING_H

#include "space/space.h"
#include "space/unmade.h"

/* The two ends of a rename or a link; all files of both share these. */

/* One of the two names of a rename: the one that the file leaves, or the one that it gets. */
struct end {
	struct node *parent;
	const char *name;
	bool exists;
	struct stat st; /* if exists; for a link also the source */
	bool is_job;	/* a regular file of this name is a job file */
};

struct renaming {
	struct end from, to;
	unsigned flags;
	uid_t user; /* the user of the request */
	/* the stories that end with a directory that the rename replaces */
	struct unmade_whose ended;
};

/* Looks at one end of a rename. name must stay valid as long as *ret_end. Returns 0, also if the
 * name has no file, or -errno. */
int end_look(struct space *space, struct node *parent, const char *name, struct end *ret_end);

/* Returns the attributes of the regular file that the rename replaces. NULL: it replaces none. */
const struct stat *renaming_replaced(const struct renaming *renaming);

#endif
