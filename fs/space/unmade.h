/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_UNMADE_H
#define COCFS_SPACE_UNMADE_H

#include "base/buf.h"
#include "space/space.h"

/*
 * Stories (texts of .error) of names whose file was never made (fs/ledger/unmade.c): a rename or a
 * link to the name was refused. The directory lists such a name's .error, although no job file
 * stands beside it.
 */

/* Marks in the ledger that a name has no file yet. Call this function when the commit of a rename
 * or a link to such a name begins. file: the attributes of the file that has the content. If the
 * mark cannot be recorded, the log has a warning, and the commit will fail too: it writes to the
 * same ledger. */
void unmade_mark(struct space *space, struct node *parent, const char *name,
		 const struct stat *file);

/* Takes away the mark that unmade_mark() has made. Call this function when a name has got a file.
 * type: the mode of the file; only its S_IFMT bits count. */
void unmade_is_made(struct space *space, struct node *parent, const char *name, mode_t type);

/* Finds the next name in a directory that has a story and no file, in the order of the ledger's
 * rows. after: ret_unmade->row of the last call; 0: find the first. dir_path: the directory's path.
 * Returns 0, -ENOENT (no more, or too many rows were passed over) or another -errno. */
int unmade_next(struct space *space, struct node *dir, const char *dir_path, int64_t after,
		struct job_unmade *ret_unmade);

/* Appends the names in a directory that have a story and no file to text, one a line, escaped as in
 * .coc/queue. At most UNMADE_NAMES_MAX names (unmade.c). Returns 0 or -errno. */
int unmade_write(struct space *space, struct node *dir, struct buf *text);

/* Which stories end when a directory is removed or replaced. All end if the user could have removed
 * each .error in it; otherwise only those of the user's own files. */
struct unmade_whose {
	bool all;
	uid_t user;
};

/* Decides which stories end if req removes or replaces a directory. Call this function before the
 * removal. directory: the attributes of the directory in the spool. */
struct unmade_whose unmade_whose(struct space *space, fuse_req_t req, const struct stat *directory);

/* Ends the stories that unmade_whose() has chosen (whose). Call this function when a directory with
 * no file in it was removed, or when another directory took its place. If the stories are many, the
 * rest of them ends in later iterations. */
void unmade_directory_is_gone(struct space *space, struct node *parent, const char *name,
			      const struct unmade_whose *whose);

/* Stops ending stories in later iterations: the stories that are left stay in the ledger. Call this
 * function at the end of the mount. */
void unmade_finish(struct space *space);

#endif
