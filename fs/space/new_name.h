/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_NEW_NAME_H
#define COCFS_SPACE_NEW_NAME_H

#include "space/space.h"

/* Checks whether a request may make this name in a directory. Returns 0 if it may, or -errno.
 * -EPERM: the name belongs to a sibling or to .coc; -ENAMETOOLONG: a job file name that leaves no
 * room for the names of its siblings. */
int name_check_new(fuse_req_t req, const struct node *parent, const char *name);

/* Call this function when a request has made a free name. If the file may inherit what the name
 * keeps (claim.h), it gets that. Returns 0 or -errno; on failure a regular file is removed
 * again. */
int name_claim_made(fuse_req_t req, struct node *parent, const char *name);

/* Call this function when a new name was made. mode: of the file that the name was made for. */
void name_is_made(struct space *space, struct node *parent, const char *name, mode_t mode);

#endif
