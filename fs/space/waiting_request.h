/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_WAITING_REQUEST_H
#define COCFS_SPACE_WAITING_REQUEST_H

#include "space/space.h"

/*
 * Requests that wait for one event of their node: the end of a fetch, or of a check. The owner of
 * the event embeds a struct waiting_requests and calls LIST_INIT() on it. An interrupt answers a
 * request with EINTR and takes it out of the list; the fetch or check goes on.
 */
struct waiting_request;
LIST_HEAD(waiting_requests, waiting_request);

/* Goes on with a request after its wait. This function must answer req. data is the copy that
 * waiting_requests_add() made; it is valid until this function returns. */
typedef void request_again_fn(fuse_req_t req, struct node *node, void *data);

/* Makes a request wait, with a copy of the size bytes at data. The node is held meanwhile. A
 * request that is interrupted already is answered with EINTR in this call, and the result is 0 too.
 * Returns 0, or -ENOMEM: the request does not wait, and the caller answers it. */
int waiting_requests_add(struct waiting_requests *waiting, fuse_req_t req, struct node *node,
			 const void *data, size_t size, request_again_fn *again);

/* Ends the waits of all requests in the list. If r is 0, each request goes on with its again
 * function. Otherwise each is answered with r, a negative errno. */
void waiting_requests_end(struct waiting_requests *waiting, int r);

#endif
