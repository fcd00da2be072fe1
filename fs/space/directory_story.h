/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DIRECTORY_STORY_H
#define COCFS_SPACE_DIRECTORY_STORY_H

#include "base/buf.h"
#include "space/space.h"

/*
 * The stories of attributes of jobs that a directory was refused. Jobs below that directory would
 * be submitted without such an attribute. So the directory shows its stories (coc.error), and
 * cocfs-wait reports them, until the attribute gets a good value or is removed. A directory has no
 * sibling and no row in the ledger: its stories are extended attributes of the directory in the
 * spool, which the mount does not show. They move and end with the directory.
 */
#define DIR_STORY_PREFIX "user.cocfs."

/* Stores the story of a refused attribute ("user.coc.risk_level") of a directory. If the spool
 * cannot store it, the log has a warning. */
void dir_story_put(struct space *space, struct node *dir, const char *name, const struct err *err);

/* Ends the story of an attribute: it got a good value, or was removed. Also ends the story of
 * refused names that are no attribute. Returns whether there was a story. */
bool dir_story_end(struct space *space, struct node *dir, const char *name);

/* Appends all stories of refused attributes of a directory to text; nothing if there is none.
 * Returns 0 or -errno. */
int dir_story_write(struct space *space, struct node *dir, struct buf *text);

#endif
