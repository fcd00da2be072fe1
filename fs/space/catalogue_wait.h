/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CATALOGUE_WAIT_H
#define COCFS_SPACE_CATALOGUE_WAIT_H

#include "space/space.h"

/* Answers req, an OPEN or OPENDIR, after the wait for the catalogue (the last list of the service's
 * jobs). result: 0 if the catalogue may be shown; a negative errno if no list came. */
typedef void catalogue_waited_fn(fuse_req_t req, int result, struct fuse_file_info *fi);

/* Waits until the catalogue is fresh enough (submit/catalogue.h), and goes on with the function
 * `then`. If nothing has to be asked, catalogue_wait() itself calls `then`; otherwise the loop does
 * when the service has answered. If memory is short, or on an interrupt, req is answered with an
 * error, and `then` is not called. */
void catalogue_wait(fuse_req_t req, const struct fuse_file_info *fi, catalogue_waited_fn *then);

#endif
