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
 * The first call of a mount: a page of jobs. The call opens the connection, so it is open when the
 * first job is written. It proves the credentials: after that a burst of calls may go out at once.
 * (More than a few failures would lock the key.) Its answer also says whether the service accepts
 * the credentials.
 */
struct greeting {
	struct loop *loop; /* set while greeting_wait() runs the loop */
	bool sent, answered, serving;
	struct err refusal; /* why the service refuses the credentials; errnum 0: it does not */
};

/* The longest time that a mount waits for the answer. A service that cannot be reached must not
 * hold up a boot. */
#define GREETING_WAIT_MS 5000

/* Sends the call, and does not wait for the answer. An error goes to the log. */
void greeting_send(struct greeting *greeting, struct coc_client *client, int64_t timeout_ms);

/*
 * Sends the call, and runs the loop until the answer, at most GREETING_WAIT_MS. A later answer is
 * handled as after greeting_send(). creds: those of the client, or NULL. Returns 0. Returns -EACCES
 * with err if the service refuses the credentials, or another -errno with err if no call can be
 * made.
 */
int greeting_wait(struct greeting *greeting, struct loop *loop, struct coc_client *client,
		  const struct coc_creds *creds, int64_t timeout_ms, struct err *err);

/* Call this when the start is over. Frees what only the start needs, now or when the answer
 * comes. */
void greeting_serve(struct greeting *greeting);

#endif
