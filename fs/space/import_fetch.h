/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_FETCH_H
#define COCFS_SPACE_IMPORT_FETCH_H

#include "space/waiting_request.h"

/* Fetches the content of imports from the service. The essay is in import_fetch.c. */

/*
 * Call this function for a request that shows the attributes or the content of a node. If the node
 * is an import whose content must be fetched or checked first, the request is taken, and the
 * function returns true. When the content is there, ready is called with a copy of size bytes at
 * data. Otherwise the request is answered with an error, or with EINTR. Returns false for all other
 * nodes: nothing was done, so go on at once.
 */
bool import_await(fuse_req_t req, struct node *node, const void *data, size_t size,
		  request_again_fn *ready);

/* Fetches an import before a program asks for it. Returns 1 (begun: import_ahead_end() will report
 * the end), 0 (not needed: fetched, under way, or no import any more) or -errno. */
int import_fetch_ahead(struct space *space, const char *name);

/* Stops all fetches at the end of the mount. Requests that wait are answered with EINTR. */
void import_interrupt_all(struct space *space);

#endif
