/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CATALOGUE_WAIT_H
#define COCFS_SPACE_CATALOGUE_WAIT_H

#include "space/space.h"

/* Answers an open after the wait for the catalogue. result: 0, and the catalogue may be shown; or a
 * negative errno that says why no job is known. */
typedef void catalogue_waited_fn(fuse_req_t req, int result, struct fuse_file_info *fi);

/* Waits until the catalogue is fresh enough (submit/catalogue.h), then calls then: at once, or when
 * the service has answered. If memory is short, or on an interrupt, the open is answered with an
 * error and then is not called. */
void catalogue_wait(fuse_req_t req, const struct fuse_file_info *fi, catalogue_waited_fn *then);

#endif
