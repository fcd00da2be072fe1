/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ADOPTER_H
#define COCFS_SPACE_ADOPTER_H

#include "space/caller.h"

/*
 * May a user be given a job that no path of this space is bound to? Yes, if the user could write
 * the file of the job, were that file shown here with jobs=all. It belongs to the user who mounts,
 * and only that user may read and write it. uid=, gid= and umask= say otherwise. req: the request
 * of the user. NULL: there is none, and the user is the one whose the file is (file_uid).
 */
bool adopter_may_take(struct space *space, fuse_req_t req, uid_t file_uid);

/* May the user of a request write a file of this owner and mode? The kernel does not ask that for
 * every request that changes a file. */
bool adopter_may_write(struct space *space, fuse_req_t req, const struct access *file);

#endif
