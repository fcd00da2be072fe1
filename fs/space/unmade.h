/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_UNMADE_H
#define COCFS_SPACE_UNMADE_H

#include "base/buf.h"
#include "space/space.h"

/*
 * Stories of names whose file was never made (fs/ledger/unmade.c): a rename or a link that was
 * refused. Their .error is listed, although no job file stands beside it.
 */

/* The commit of a name that has no file begins, with the content of this file. What cannot be
 * recorded, the commit tells. */
void unmade_mark(struct space *space, struct node *parent, const char *name,
		 const struct stat *file);

/* The name has a file now, of a type such as S_IFREG. */
void unmade_is_made(struct space *space, struct node *parent, const char *name, mode_t type);

/* The next name in a directory whose story is listed by itself, by row after a row, 0 for the
 * first. -ENOENT: there is none. dir_path: of the directory. */
int unmade_next(struct space *space, struct node *dir, const char *dir_path, int64_t after,
		struct job_unmade *ret_unmade);

/* Appends those names, a line each, escaped as in .coc/queue, at most UNMADE_NAMES_MAX. 0 or
 * -errno. */
int unmade_write(struct space *space, struct node *dir, struct buf *text);

/* The stories that end with a directory: all if the user could have removed each .error, else the
 * user's own. */
struct unmade_whose {
	bool all;
	uid_t user;
};

/* Which they are for a request that removes this directory. */
struct unmade_whose unmade_whose(struct space *space, fuse_req_t req, const struct stat *directory);

/* A directory with nothing but such stories was removed, or another directory took its place: they
 * end. Those that are more than a request may take are ended in later iterations of the loop. */
void unmade_directory_is_gone(struct space *space, struct node *parent, const char *name,
			      const struct unmade_whose *whose);

/* Forgets what has yet to be ended. */
void unmade_finish(struct space *space);

#endif
