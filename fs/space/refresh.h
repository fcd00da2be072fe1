/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_REFRESH_H
#define COCFS_SPACE_REFRESH_H

#include "space/waiting_request.h"

/* Files that follow what other users write on the service. The essay is in refresh.c. */

/*
 * Call this function when a process opens or stats a file of the spool. If a check of its job is
 * due, the request is taken and waits for the service, and the function returns true. Then again is
 * called with a copy of size bytes at data; a newer text is in the file by then. Returns false if
 * there is nothing to wait for.
 */
bool refresh_await(fuse_req_t req, struct node *node, const void *data, size_t size,
		   request_again_fn *again);

/* Answers all requests that wait with EINTR, at the end of the mount. */
void refresh_interrupt_all(struct space *space);

#endif
