/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CALLER_H
#define COCFS_SPACE_CALLER_H

#include "space/space.h"

/*
 * Acting as the caller: what is made in the spool belongs to whoever made it, and a set-group-ID
 * directory hands its group on. Permissions were checked by the kernel (default_permissions) before
 * the request came. With another owner or mode shown than the spool has (view.h), the spool's own check
 * would be of other things, and is left out. Only a mount that runs as root can; another serves its own user only.
 */

/* From here to caller_leave() this thread makes files as the caller of req would. Returns 0, or
 * -errno with nothing changed. */
int caller_enter(struct space *space, fuse_req_t req);
void caller_leave(struct space *space, fuse_req_t req);

#endif
