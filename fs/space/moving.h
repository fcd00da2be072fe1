/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_MOVING_H
#define COCFS_SPACE_MOVING_H

#include "space/renaming.h"

/* Renames whose bindings move after the disk has the rename. The essay is in moving.c. */

/* Must this rename wait? Yes while another rename is under way at, above or below a path of one of
 * its ends. */
bool moving_is_in_the_way(struct space *space, const struct renaming *renaming);

/* Begins a rename that has waited, with the arguments of op_rename(). This function must answer
 * req. */
typedef void moving_again_fn(fuse_req_t req, fuse_ino_t parent, const char *name,
			     fuse_ino_t to_parent, const char *to_name, unsigned int flags);

/* Makes a rename wait until no rename under way is in its way. Then calls again, which begins the
 * rename anew. Without memory req is answered with ENOMEM. */
void moving_wait(struct space *space, fuse_req_t req, const struct renaming *renaming,
		 moving_again_fn *again);

/* Records the end of a rename in the ledger. r: 0 if the rename was done, or a negative errno. */
typedef void moving_end_fn(struct space *space, const struct renaming *renaming,
			   struct job_rename *record, int r);

/*
 * Goes on with a rename that was done in the spool and that the ledger has a record of.
 * take_record's paths are taken. A thread syncs the directories; then end moves the bindings, and
 * req is answered. Until then the ledger has the old paths, and node_path_of() returns the old path
 * for the new name.
 */
void moving_begin(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  struct job_rename *take_record, moving_end_fn *end);

/* Is the rename with this number (job_rename.id) under way in this mount? If so, nobody else may
 * settle its record in the ledger. */
bool moving_is(const struct space *space, int64_t id);

#endif
