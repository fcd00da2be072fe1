/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_MOVING_H
#define COCFS_SPACE_MOVING_H

#include "space/renaming.h"

/* Renames whose bindings follow when the disk has them; see moving.c. */

/* Must a rename wait for one that is under way, of a path above, below or at one of its ends? */
bool moving_is_in_the_way(struct space *space, const struct renaming *renaming);

/* Begins a rename from its request. Must answer req. */
typedef void moving_again_fn(fuse_req_t req, fuse_ino_t parent, const char *name,
			     fuse_ino_t to_parent, const char *to_name, unsigned int flags);

/* Has a rename begin again, by a call of again, when nothing that is under way is in its way. */
void moving_wait(struct space *space, fuse_req_t req, const struct renaming *renaming,
		 moving_again_fn *again);

/* Records the end of a rename in the ledger. r: 0 if it was done. */
typedef void moving_end_fn(struct space *space, const struct renaming *renaming,
			   struct job_rename *record, int r);

/*
 * Goes on with a rename that was done in the spool. The ledger has its record, whose paths are
 * taken. Has the directories synced, then the bindings moved by a call of end, and answers. Until
 * then the ledger knows by its old path what was renamed, and node_path_of() tells the old path.
 */
void moving_begin(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  struct job_rename *take_record, moving_end_fn *end);

/* Is the rename with this number in the ledger under way? */
bool moving_is(const struct space *space, int64_t id);

#endif
