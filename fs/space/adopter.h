/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ADOPTER_H
#define COCFS_SPACE_ADOPTER_H

#include "space/caller.h"

/*
 * May a user get a job that no path of this space is bound to? Yes, if the user may write the file
 * that the mount option jobs=all would show for this job. Such a file belongs to the user who
 * mounts, and only that user may read and write it, unless uid=, gid= and umask= say otherwise. The
 * user is the caller of req. If req is NULL, the user is the owner of the file (file_uid).
 */
bool adopter_may_take(struct space *space, fuse_req_t req, uid_t file_uid);

/* May the user of req write a regular file with this owner, group and mode? Ask before a change of
 * a file that the kernel lets through without a check of the file's mode. */
bool adopter_may_write(struct space *space, fuse_req_t req, const struct access *file);

#endif
