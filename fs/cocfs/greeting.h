/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_GREETING_H
#define COCFS_COCFS_GREETING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "coc/coc.h"
#include "coc/creds.h"
#include "loop/loop.h"

/*
 * The first call of a mount: a page of jobs. With it the connection is open when the first job is
 * written. Credentials that are proven let a first burst go out at once (more than a few failures
 * would lock the key). The answer also says whether the service takes the credentials.
 */
struct greeting {
	struct loop *loop; /* while greeting_wait() runs it */
	bool sent, answered, serving;
	struct err refusal; /* of the credentials; else it has no errno */
};

/* The longest that a mount waits for the answer. A service that is away must not hold a boot up. */
#define GREETING_WAIT_MS 5000

/* Sends the call. Nobody waits for the answer: what is wrong is in the log. */
void greeting_send(struct greeting *greeting, struct coc_client *client, int64_t timeout_ms);

/*
 * Sends the call, and runs the loop until the answer, at most GREETING_WAIT_MS. The answer may come
 * later, as after greeting_send(). Returns 0, or with err filled: -EACCES, the service refuses the
 * credentials; another -errno, no call can be made. creds: those of the client, or NULL.
 */
int greeting_wait(struct greeting *greeting, struct loop *loop, struct coc_client *client,
		  const struct coc_creds *creds, int64_t timeout_ms, struct err *err);

/* The start is over: lets go of what only the start needs, now or at the answer. */
void greeting_serve(struct greeting *greeting);

#endif
