/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_NEW_NAME_H
#define COCFS_SPACE_NEW_NAME_H

#include "space/space.h"

/* May a request make a name in a directory? -EPERM: it is a sibling's or .coc's; -ENAMETOOLONG: a
 * job name that leaves no room for its siblings'. */
int name_check_new(fuse_req_t req, const struct node *parent, const char *name);

/* A request has made a name that was free: a job file gets what the name keeps, if it may
 * (claim.h). On failure a regular file is removed again. Returns 0 or -errno. */
int name_claim_made(fuse_req_t req, struct node *parent, const char *name);

/* A name was made that was not there. mode: of what it names. */
void name_is_made(struct space *space, struct node *parent, const char *name, mode_t mode);

#endif
