/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_MULTI_H
#define COCFS_COC_MULTI_H

#include <curl/curl.h>

#include "loop/loop.h"

/* A libcurl multi handle whose sockets and timer are the loop's. Embedded by its owner. */
struct multi {
	CURLM *handle;
	struct loop *loop;
	struct loop_timer timer;
	unsigned connections_max;
	void (*acted)(void *data);
	void *data;
	bool broken; /* curl had no memory: what runs must be taken off, and the handle renewed */
};

/*
 * Makes the handle, which keeps at most connections_max connections (0: no bound). acted is called
 * from the loop each time that curl did something: messages may be there. It may finish the multi.
 * Returns 0; -ENOMEM, with nothing to finish.
 */
int multi_init(struct multi *multi, struct loop *loop, unsigned connections_max,
	       void (*acted)(void *data), void *data);

/* Makes another handle in place of a broken one, which must have no easy handles left. Returns 0;
 * -ENOMEM, and it stays broken. */
int multi_renew(struct multi *multi);

/* Closes the connections and frees the handle, which must have no easy handles left. */
void multi_finish(struct multi *multi);

#endif
