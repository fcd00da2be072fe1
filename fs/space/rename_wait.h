/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RENAME_WAIT_H
#define COCFS_SPACE_RENAME_WAIT_H

#include "space/location.h"
#include "space/renaming.h"

/* Submits the content of the file at location under the target's name. When the service has the
 * content: source NULL: renames the file; otherwise: makes the target's name a hard link of source.
 * Answers req. After a refusal nothing is renamed or linked. */
void rename_after_commit(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct location *location, struct node *source);

#endif
