/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_UNMADE_H
#define COCFS_SPACE_UNMADE_H

#include "base/buf.h"
#include "space/space.h"

/*
 * Stories of names whose file was never made (fs/ledger/unmade.c): a rename or a link was refused.
 * The directory lists their .error, although no job file stands beside it.
 */

/* Call this function when a commit begins for a name that has no file yet. file has the content. If
 * the mark cannot be recorded, the log has a warning, and the commit will fail too: it writes to
 * the same ledger. */
void unmade_mark(struct space *space, struct node *parent, const char *name,
		 const struct stat *file);

/* Call this function when a name has got a file. type: its S_IFMT bits, such as S_IFREG. */
void unmade_is_made(struct space *space, struct node *parent, const char *name, mode_t type);

/* Finds the next name in a directory whose story has no file beside it, in the order of rows.
 * after: the last row; 0: begin. dir_path: the directory's path. Returns 0, -ENOENT (no more) or
 * another -errno. */
int unmade_next(struct space *space, struct node *dir, const char *dir_path, int64_t after,
		struct job_unmade *ret_unmade);

/* Appends the names in a directory whose stories have no file beside them, one a line, escaped as
 * in .coc/queue. At most UNMADE_NAMES_MAX. Returns 0 or -errno. */
int unmade_write(struct space *space, struct node *dir, struct buf *text);

/* Which stories end with a directory: all, if the user could have removed each .error; otherwise
 * those of the user. */
struct unmade_whose {
	bool all;
	uid_t user;
};

/* Decides which stories of names without a file end if req removes this directory, or replaces it.
 * Ask before the removal. directory: its attributes in the spool. */
struct unmade_whose unmade_whose(struct space *space, fuse_req_t req, const struct stat *directory);

/* Call this function when a directory was removed that had only such stories, or when another
 * directory took its place. The stories end. If they are many, the rest ends in later
 * iterations. */
void unmade_directory_is_gone(struct space *space, struct node *parent, const char *name,
			      const struct unmade_whose *whose);

/* Forgets the stories that were to end later. Call this at the end of the mount. */
void unmade_finish(struct space *space);

#endif
