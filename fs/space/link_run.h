/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_LINK_RUN_H
#define COCFS_SPACE_LINK_RUN_H

#include "space/space.h"

/* Makes a link in the spool, and answers the request with the new name. */
void link_reply(fuse_req_t req, struct space *space, struct node *source, struct node *to_parent,
		const char *to_name);

#endif
