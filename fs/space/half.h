/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_HALF_H
#define COCFS_SPACE_HALF_H

#include <stdbool.h>

#include "space/location.h"

/*
 * The mark of a file that may be half of what its writer meant.
 *
 * The ledger has the story (the text of .error) of such a file, and the story belongs to the job
 * file name. But the file can go to a scratch name and come back: "mv a.yaml a.yaml~; mv a.yaml~
 * a.yaml". So the file itself carries a mark: an extended attribute in the spool, which the mount
 * does not show. A marked file is not committed under any name. The mark ends when a program writes
 * data to the file, or cuts it to nothing, and that content is committed. A scratch file's mark
 * ends when its last writer closes it, unless a signal kills that writer. A change of the size, the
 * mode, a time or an attribute does not end the mark.
 */

/* Marks a file as one that may be half. On failure the log has a warning; the ledger still has the
 * story. */
void half_mark(const struct location *location);

/* Does the file have the mark of half_mark()? If so, it must not be committed. If the mark cannot
 * be read, the answer is no. */
bool half_is_marked(const struct location *location);

/* Takes the mark away from a file that was written anew. fd: an open descriptor of the file. If the
 * file has no mark, does nothing. On failure the log has a warning. */
void half_end(int fd);

#endif
