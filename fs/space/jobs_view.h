/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_JOBS_VIEW_H
#define COCFS_SPACE_JOBS_VIEW_H

#include "space/space.h"

/*
 * Answers the open of .coc/jobs. The text lists the jobs of the account that the caller may see
 * (viewer.h), from the catalogue, which is the last list of the service's jobs. If the catalogue is
 * too old, the open waits for a scan (submit/catalogue.h). An interrupt ends the wait: the open
 * fails with EINTR.
 */
void jobs_view_open(fuse_req_t req, struct fuse_file_info *fi);

#endif
