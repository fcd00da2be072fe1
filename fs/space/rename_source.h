/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_SOURCE_H
#define COCFS_SPACE_RENAME_SOURCE_H

#include "space/location.h"
#include "space/renaming.h"

/* May the source of a rename or a link become a job's content? A refusal goes to the .error of the
 * target's name. */

/* Refuses a source if a write to it has failed, or if one of its attributes was refused: its
 * content is not what its writer meant. source is NULL if the kernel does not know the file.
 * Returns 0 if the source is not refused, or -errno after a refusal, which is in the target's
 * .error. */
int rename_check_spoiled(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct node *source);

/* Refuses a source that may be half of what its writer meant (half.h). The source must exist.
 * Returns 0, or -errno after a refusal, which is in the target's .error. */
int rename_check_half(struct space *space, fuse_req_t req, const struct renaming *renaming,
		      const struct location *source);

/* The ledger may have noted of a job file that it may be half of what its writer meant. Refuses
 * such a source as the content of another job. Returns 0, or -errno after a refusal, which is in
 * the target's .error. */
int rename_check_whole(struct space *space, fuse_req_t req, const struct renaming *renaming);

#endif
