/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAMING_H
#define COCFS_SPACE_RENAMING_H

#include "space/space.h"
#include "space/unmade.h"

/* The two ends of a rename or a link, for all files of this folder that rename or link. */

/* One side of a rename or a link: the old name of the file, or its new name. */
struct end {
	struct node *parent;
	const char *name;
	bool exists;
	/* the attributes of the file that has this name, if exists. For a link from.st has those of
	 * the source */
	struct stat st;
	bool is_job; /* the name is a job file name: a regular file of this name is a job file */
};

/* A rename or a link. For a link only to, user and from.st are set. */
struct renaming {
	struct end from, to;
	unsigned flags; /* of renameat2(2); 0 for a link */
	uid_t user;	/* who asks for it: new descriptors are charged to this user */
	/* if the rename replaces a directory: which texts of .error end with it (unmade.h) */
	struct unmade_whose ended;
};

/* Looks at one end of a rename: fills *ret_end, which borrows name. Returns 0 or -errno; also 0 if
 * the name has no file (ret_end->exists is false). */
int end_look(struct space *space, struct node *parent, const char *name, struct end *ret_end);

/* Returns the attributes of the regular file that the rename replaces. NULL: it replaces none. */
const struct stat *renaming_replaced(const struct renaming *renaming);

#endif
