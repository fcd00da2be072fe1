/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DIRECTORY_STORY_H
#define COCFS_SPACE_DIRECTORY_STORY_H

#include "base/buf.h"
#include "space/space.h"

/*
 * A user sets an attribute of jobs, such as user.coc.risk_level, on a directory, for all jobs
 * below. If cocfs refuses the value, those jobs would be submitted without the attribute. So the
 * directory keeps the story of the refusal and shows it (coc.error), and cocfs-wait reports it,
 * until the attribute gets a good value or is removed. A directory has no sibling and no row in the
 * ledger, so its stories are extended attributes of the directory in the spool. The mount does not
 * show these attributes. The stories move and end with the directory.
 */
#define DIR_STORY_PREFIX "user.cocfs."

/* Stores the story of a refused attribute ("user.coc.risk_level") of a directory. If the spool
 * cannot store it, the log has a warning. */
void dir_story_put(struct space *space, struct node *dir, const char *name, const struct err *err);

/* Ends the story of an attribute (name, such as "user.coc.tags"). Call this function when the
 * attribute got a good value, or was removed. Also ends the one story of all refused names that are
 * no attribute of jobs, such as "user.coc.nonsense". Returns true if a story was removed. */
bool dir_story_end(struct space *space, struct node *dir, const char *name);

/* Appends all stories of refused attributes of a directory to text; nothing if there is none.
 * Returns 0 or -errno. */
int dir_story_write(struct space *space, struct node *dir, struct buf *text);

#endif
