/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_MOVING_H
#define COCFS_SPACE_MOVING_H

#include "space/renaming.h"

/* Renames whose bindings follow when the disk has them; see moving.c. */

/* Must a rename wait for one that is under way, of a path above, below or at one of its ends? */
bool moving_is_in_the_way(struct space *space, const struct renaming *renaming);

/* Has a rename begin again (op_rename) when nothing that is under way is in its way. */
void moving_wait(struct space *space, fuse_req_t req, const struct renaming *renaming);

/*
 * Goes on with a rename that was done in the spool, and whose record (its paths are taken) the
 * ledger has: has its directories synced, then the bindings moved, and answers. Until then the
 * ledger knows what was renamed by its old path, and node_path_of() tells that one.
 */
void moving_begin(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  const struct ledger_rename *take_record);

/* Is the rename with this number in the ledger under way? */
bool moving_is(const struct space *space, int64_t id);

/* Records the end of a rename (r: 0 if it was done) in the ledger. (rename_run.c) */
void rename_end(struct space *space, const struct renaming *renaming,
		const struct ledger_rename *record, int r);

#endif
