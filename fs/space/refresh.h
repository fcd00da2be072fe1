/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_REFRESH_H
#define COCFS_SPACE_REFRESH_H

#include "space/waiting_request.h"

/* Files that follow what other users write on the service. The essay is in refresh.c. */

/*
 * Call this function when a process opens or stats a file of the spool. If a check of its job is
 * due, the request waits for the service, and the function returns true. After the wait the
 * function `again` is called with a copy of the size bytes at data. If the service had a newer
 * text, the file has that text by then, with three exceptions. The file was opened meanwhile, or
 * has another text than the ledger records, or the service did not answer within REFRESH_WAIT_MS.
 * Or the request is answered with an error. Returns false if there is nothing to wait for: then the
 * caller goes on with the request.
 */
bool refresh_await(fuse_req_t req, struct node *node, const void *data, size_t size,
		   request_again_fn *again);

/* Answers all requests that refresh_await() has made wait with EINTR, at the end of the mount. */
void refresh_interrupt_all(struct space *space);

#endif
