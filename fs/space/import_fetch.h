/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_FETCH_H
#define COCFS_SPACE_IMPORT_FETCH_H

#include "space/waiting_request.h"

/* The content of imports comes from the service; import_fetch.c has the essay. */

/*
 * A request wants to see the attributes or the content of a node. If this is an import whose
 * content has to be fetched or checked first, the request is taken. Then ready is called when the
 * content is there, with a copy of size bytes at data. Or the request is answered with an error, or
 * because it is interrupted. Returns false for all other nodes: nothing was done, go on at once.
 */
bool import_await(fuse_req_t req, struct node *node, const void *data, size_t size,
		  request_again_fn *ready);

/* Fetches an import that was not fetched, before anybody asks. import_ahead_end() tells the end. 1;
 * 0: it is under way, or is none any more; or -errno. */
int import_fetch_ahead(struct space *space, const char *name);

/* Answers every request that waits with EINTR, and stops fetching: the mount ends. */
void import_interrupt_all(struct space *space);

#endif
