/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_UNMADE_H
#define COCFS_SPACE_UNMADE_H

#include "base/buf.h"
#include "space/space.h"

/*
 * Stories of names whose file was never made (fs/job/ledger_unmade.c): a rename or a link that was
 * refused. Their .error is listed, although no job file stands beside it.
 */

/* The commit of a name that has no file begins. What cannot be recorded, the commit tells. */
void unmade_mark(struct space *space, struct node *parent, const char *name);

/* The name has a file now. */
void unmade_is_made(struct space *space, struct node *parent, const char *name);

/* The next name in a directory whose story is listed by itself, by row after a row, 0 for the first.
 * -ENOENT: there is none. dir_path: of the directory. */
int unmade_next(struct space *space, struct node *dir, const char *dir_path, int64_t after,
		struct ledger_unmade *ret_unmade);

/* Appends those names, a line each, escaped as in .coc/queue, at most UNMADE_NAMES_MAX. 0 or -errno. */
int unmade_write(struct space *space, struct node *dir, struct buf *text);

/* A directory with nothing but such stories was removed, or another one took its place: they end. Those
 * that are more than a request may take are ended in later iterations of the loop. */
void unmade_directory_is_gone(struct space *space, struct node *parent, const char *name);

/* Forgets what has yet to be ended. */
void unmade_finish(struct space *space);

#endif
