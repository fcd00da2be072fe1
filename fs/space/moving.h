/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_MOVING_H
#define COCFS_SPACE_MOVING_H

#include "space/renaming.h"

/* Renames whose bindings move after the disk has the rename. The essay is in moving.c. */

/* Must this rename wait? Yes while another rename is under way at, above or below the old or the
 * new path of this rename. Without memory for the two paths the answer is no. */
bool moving_is_in_the_way(struct space *space, const struct renaming *renaming);

/* Begins a rename that has waited, with the arguments of op_rename(). This function must answer
 * req. */
typedef void moving_again_fn(fuse_req_t req, fuse_ino_t parent, const char *name,
			     fuse_ino_t to_parent, const char *to_name, unsigned int flags);

/* Makes a rename wait until no rename under way is in its way. Then calls the function `again`,
 * which begins the rename anew. Without memory answers req with ENOMEM, and does not call
 * `again`. */
void moving_wait(struct space *space, fuse_req_t req, const struct renaming *renaming,
		 moving_again_fn *again);

/* Records the end of a rename in the ledger. r: 0 if the rename was done, or a negative errno. */
typedef void moving_end_fn(struct space *space, const struct renaming *renaming,
			   struct job_rename *record, int r);

/*
 * Goes on with a rename that was done in the spool, and whose begin the ledger has recorded. The
 * two paths in take_record are taken, also on failure. A thread syncs the two directories. After
 * that the loop calls the function `end` with r 0, which moves the bindings in the ledger, and
 * answers req with success. Until then the ledger has the old paths, and node_path_of() returns the
 * old path for the new name. Without memory this function itself calls `end` and answers req,
 * without the sync.
 */
void moving_begin(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  struct job_rename *take_record, moving_end_fn *end);

/* Is the rename with this number (job_rename.id) under way in this mount? If so, nobody else may
 * settle its record in the ledger. */
bool moving_is(const struct space *space, int64_t id);

#endif
