/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_SOURCE_H
#define COCFS_SPACE_RENAME_SOURCE_H

#include "space/location.h"
#include "space/renaming.h"

/* May the source of a rename or a link become a job's content? A refusal is told under the target's
 * name. */

/* What was written to the source is not what was meant, or an attribute of it was refused: so is
 * its commit. source: NULL when the kernel does not know it. Returns 0, or -errno with the story
 * told. */
int rename_check_spoiled(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct node *source);

/* The source, which is there, may be half of what its writer meant (half.h). Returns 0, or -errno
 * with the story told. */
int rename_check_half(struct space *space, fuse_req_t req, const struct renaming *renaming,
		      const struct location *source);

/* A job file that may be half of what was meant does not become another job's content. Returns 0,
 * or -errno with the story told. */
int rename_check_whole(struct space *space, fuse_req_t req, const struct renaming *renaming);

#endif
