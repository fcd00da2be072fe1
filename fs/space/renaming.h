/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAMING_H
#define COCFS_SPACE_RENAMING_H

#include "space/location.h"
#include "space/space.h"
#include "space/unmade.h"

/* What the files of renames and links share: rename.c, rename_run.c, rename_wait.c, link.c. */

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

/* Looks at one end: name must live as long as it. Returns 0, also if nothing is there, or -errno.
 * (rename.c) */
int end_look(struct space *space, struct node *parent, const char *name, struct end *ret_end);

/* The job file whose place another file takes by a rename, NULL: there is none. (rename.c) */
const struct stat *renaming_replaced(const struct renaming *renaming);

/* What was written to the source is not what was meant, or an attribute of it was refused: so is
 * its commit. Returns 0, or -errno with the story told under the target's name. (rename.c) */
int check_spoiled(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  const struct node *source);

/* The source, which is there, may be half of what its writer meant (half.h). Returns 0, or -errno
 * with the story told under the target's name. (rename.c) */
int check_half(struct space *space, fuse_req_t req, const struct renaming *renaming,
	       const struct location *source);

/* Renames in the spool, and tells the nodes. Returns 0 or -errno. (rename_run.c) */
int rename_spool(struct space *space, const struct renaming *renaming);

/* Renames with the bindings: recorded before it is done, ended after. Answers: -EBUSY while
 * something is under way for what it would put its bindings over. row: of a job file that may turn
 * out to be a backup (backup.c), or 0. (rename_run.c) */
void rename_bound(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  int64_t row);

/* Submits what is at location under the target's name; when the service has it, renames, or (source
 * not NULL) links the source there, and answers the request. (rename_wait.c) */
void rename_after_commit(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct location *location, struct node *source);

/* Links in the spool, and answers the request with the new name. (link.c) */
void link_reply(fuse_req_t req, struct space *space, struct node *source, struct node *to_parent,
		const char *to_name);

#endif
