/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CATALOGUE_WAIT_H
#define COCFS_SPACE_CATALOGUE_WAIT_H

#include "space/space.h"

/* Goes on with an open, which it must answer. result: 0, and the catalogue may be shown; or why no
 * job is known, a negative errno. */
typedef void catalogue_waited_fn(fuse_req_t req, int result, struct fuse_file_info *fi);

/* An open shows the jobs of the service (submit/catalogue.h): then is called, at once or when the
 * service was asked. Without memory, or by an interrupt, the open is answered with an error. */
void catalogue_wait(fuse_req_t req, const struct fuse_file_info *fi, catalogue_waited_fn *then);

#endif
