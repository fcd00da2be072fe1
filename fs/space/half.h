/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_HALF_H
#define COCFS_SPACE_HALF_H

#include <stdbool.h>

#include "space/location.h"

/*
 * The mark of a file that may be half of what its writer meant.
 *
 * The ledger has the story of such a file, and the story belongs to the job's name. But the file
 * can go to a scratch name and come back: "mv a.yaml a.yaml~; mv a.yaml~ a.yaml". So the file
 * itself carries a mark: an extended attribute in the spool, which nobody sees in the mount. No
 * name makes a commit of a marked file. The mark ends when somebody writes data to the file, or
 * cuts it to nothing, and that is committed. To set the size, the mode, a time or an attribute is
 * no such writing.
 */

/* Marks a file. When that fails, the log says so; the ledger still has the story. */
void half_mark(const struct location *location);

/* Is the file marked? */
bool half_is_marked(const struct location *location);

/* The file is written anew: takes the mark away, if there is one. fd: open, of the file. */
void half_end(int fd);

#endif
