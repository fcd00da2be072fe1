/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_WAIT_H
#define COCFS_SPACE_RENAME_WAIT_H

#include "space/location.h"
#include "space/renaming.h"

/* Submits what is at location under the target's name; when the service has it, renames, or (source
 * not NULL) links the source there, and answers the request. */
void rename_after_commit(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct location *location, struct node *source);

#endif
