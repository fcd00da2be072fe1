/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_FETCH_H
#define COCFS_SPACE_IMPORT_FETCH_H

#include "space/waiting_request.h"

/* Fetches the content of imports from the service. An import is a job that no path of the ledger
 * has, shown as a file. The essay is in import_fetch.c. */

/*
 * Call this function for a request that shows the attributes or the content of a node. If the node
 * is an import whose content must be fetched or checked first, the request is taken, and the
 * function returns true. When the content is there, the function `ready` is called with a copy of
 * the size bytes at data. If the content cannot be fetched, an older content is shown: `ready` is
 * called too. If there is none, or if the name has another node by then (ESTALE), the request is
 * answered with an error. Returns false if there is nothing to wait for: nothing was done, and the
 * caller goes on with the request.
 */
bool import_await(fuse_req_t req, struct node *node, const void *data, size_t size,
		  request_again_fn *ready);

/* Fetches an import before a program asks for it. Returns 1: the fetch has begun, and
 * import_ahead_end() will be called at its end. Returns 0: the import was fetched already, or is
 * being fetched, or is gone. Otherwise returns -errno. */
int import_fetch_ahead(struct space *space, const char *name);

/* Stops all fetches at the end of the mount. Requests that wait are answered with EINTR. */
void import_interrupt_all(struct space *space);

#endif
