/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_LINK_RUN_H
#define COCFS_SPACE_LINK_RUN_H

#include "space/space.h"

/* Makes to_name in to_parent a hard link of source, in the spool. Answers req with the entry of the
 * new name, or with an error. */
void link_reply(fuse_req_t req, struct space *space, struct node *source, struct node *to_parent,
		const char *to_name);

#endif
