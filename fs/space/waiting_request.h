/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_WAITING_REQUEST_H
#define COCFS_SPACE_WAITING_REQUEST_H

#include "space/space.h"

/*
 * Requests that wait for the same thing to happen to their node: a fetch, or a check. Its owner
 * embeds the list, which begins as LIST_INIT() leaves it. An interrupt answers a request with EINTR
 * and takes it out of the list; what it waited for goes on.
 */
struct waiting_request;
LIST_HEAD(waiting_requests, waiting_request);

/* What a request goes on with. It must answer req. data: the copy that was made of what the request
 * has brought, valid until this returns. */
typedef void request_again_fn(fuse_req_t req, struct node *node, void *data);

/* Takes a request, which waits, with a copy of size bytes at data. The node is held meanwhile. A
 * request that is interrupted already is answered at once. Returns 0, or -ENOMEM: the request is
 * not taken. */
int waiting_requests_add(struct waiting_requests *waiting, fuse_req_t req, struct node *node,
			 const void *data, size_t size, request_again_fn *again);

/* Ends all waits. r: 0, and the requests go on; or the -errno that they are answered with. */
void waiting_requests_end(struct waiting_requests *waiting, int r);

#endif
