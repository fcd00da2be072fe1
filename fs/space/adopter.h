/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ADOPTER_H
#define COCFS_SPACE_ADOPTER_H

#include "space/caller.h"

/*
 * May a user get a job that no path of this space is bound to? Yes, if the user could write the
 * job's file, were it shown here with jobs=all. Such a file belongs to the user who mounts, and
 * only that user may read and write it, unless uid=, gid= and umask= say otherwise. The user is the
 * caller of req. If req is NULL, the user is the owner of the file (file_uid).
 */
bool adopter_may_take(struct space *space, fuse_req_t req, uid_t file_uid);

/* May the user of a request write a file of this owner and mode? The kernel does not check that for
 * every request that changes a file. */
bool adopter_may_write(struct space *space, fuse_req_t req, const struct access *file);

#endif
