/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_JOBS_VIEW_H
#define COCFS_SPACE_JOBS_VIEW_H

#include "space/space.h"

/*
 * The reply to the open of .coc/jobs: the jobs of the account that the caller may know of
 * (viewer.h), as the service has listed them last. The open waits for a scan that it has caused, or
 * that is under way (submit/catalogue.h). An interrupt ends the wait.
 */
void jobs_view_open(fuse_req_t req, struct fuse_file_info *fi);

#endif
