/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_REFRESH_H
#define COCFS_SPACE_REFRESH_H

#include "space/waiting_request.h"

/* Files that follow what others write on the service: refresh.c has the essay. */

/*
 * A process opens or stats a file of the spool. If a check of its job is due, this takes the
 * request and returns true: the request waits for the answer. Then again is called, with a copy of
 * size bytes at data. A newer text is in the file by then. Returns false if nothing is to be waited
 * for.
 */
bool refresh_await(fuse_req_t req, struct node *node, const void *data, size_t size,
		   request_again_fn *again);

/* The mount ends: requests that wait are answered with EINTR. */
void refresh_interrupt_all(struct space *space);

#endif
