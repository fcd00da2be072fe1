/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DIRECTORY_STORY_H
#define COCFS_SPACE_DIRECTORY_STORY_H

#include "base/buf.h"
#include "space/space.h"

/*
 * Attributes of a directory that were refused. What is below would be submitted without them, so
 * the directory tells the story (coc.error), and cocfs-wait with it, until the attribute gets a
 * good value or is removed. A directory has no sibling, and no row in the ledger: its stories are
 * extended attributes of the spool's directory, which nobody sees in the mount. They move with it
 * and end with it.
 */
#define DIR_STORY_PREFIX "user.cocfs."

/* Keeps the story of an attribute ("user.coc.risk_level") of a directory. What cannot be kept is in
 * the log. */
void dir_story_put(struct space *space, struct node *dir, const char *name, const struct err *err);

/* The attribute has a good value, or is gone: its story ends, and that of names that are no
 * attribute. Returns whether there was one. */
bool dir_story_end(struct space *space, struct node *dir, const char *name);

/* Appends the stories of a directory. 0 or -errno. */
int dir_story_write(struct space *space, struct node *dir, struct buf *text);

#endif
