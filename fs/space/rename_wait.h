/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_WAIT_H
#define COCFS_SPACE_RENAME_WAIT_H

#include "space/location.h"
#include "space/renaming.h"

/* Submits the file at location under the target's name. When the service has the content, renames
 * the file, or, if source is not NULL, links source there. Answers req. */
void rename_after_commit(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct location *location, struct node *source);

#endif
