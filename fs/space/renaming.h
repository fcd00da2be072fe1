/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAMING_H
#define COCFS_SPACE_RENAMING_H

#include "space/space.h"
#include "space/unmade.h"

/* What a rename or a link is about: the files of both share it. */

/* One end of a rename. */
struct end {
	struct node *parent;
	const char *name;
	bool exists;
	struct stat st; /* if it exists; of a link's source too */
	bool is_job;	/* a regular file here is a job file */
};

struct renaming {
	struct end from, to;
	unsigned flags;
	uid_t user;		   /* the caller */
	struct unmade_whose ended; /* the stories that end with a directory that is replaced */
};

/* Looks at one end: name must live as long as it. Returns 0, also if nothing is there, or
 * -errno. */
int end_look(struct space *space, struct node *parent, const char *name, struct end *ret_end);

/* The job file whose place another file takes by a rename, NULL: there is none. */
const struct stat *renaming_replaced(const struct renaming *renaming);

#endif
