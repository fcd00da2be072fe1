/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_NEW_NAME_H
#define COCFS_SPACE_NEW_NAME_H

#include "space/space.h"

/* Checks whether a request may make this name in a directory. Returns 0 if it may, or -errno.
 * -EPERM: the name belongs to a sibling or to .coc; -ENAMETOOLONG: a job file name that leaves no
 * room for the names of its siblings. */
int name_check_new(fuse_req_t req, const struct node *parent, const char *name);

/* Call this function when a request has made a file under a name that was free. If the file may
 * inherit what the name keeps (claim.h: a job ID, the text of .error, attributes), the file gets
 * that. Returns 0 or -errno; after an error a regular file was removed again. */
int name_claim_made(fuse_req_t req, struct node *parent, const char *name);

/* Call this function when a file has got a name that was free. It ends what cocfs kept about the
 * missing file, and the log tells if people may take the file for a job file and it is none. mode:
 * the st_mode of the file. */
void name_is_made(struct space *space, struct node *parent, const char *name, mode_t mode);

#endif
