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
 * The greeting is the first call of a mount: it lists one page of jobs. It opens a connection, so a
 * connection is open when a user writes the first job. It also shows whether the service accepts
 * the credentials, before many calls go out together. (If many calls failed with one key, the
 * service would lock the key.)
 */
struct greeting {
	struct loop *loop; /* set while greeting_wait() runs the loop; else NULL */
	bool sent, answered, serving;
	/* why the service refuses the credentials; errnum 0: it does not, as far as we know */
	struct err refusal;
};

/* The longest time that a mount waits for the answer to the greeting. A service that cannot be
 * reached must not hold up the boot of a machine. */
#define GREETING_WAIT_MS 5000

/* Sends the greeting, and does not wait for the answer. An error goes to the log. */
void greeting_send(struct greeting *greeting, struct coc_client *client, int64_t timeout_ms);

/*
 * Sends the greeting, and runs the loop until the answer, for GREETING_WAIT_MS at most. A later
 * answer only goes to the log if it is an error. creds: the credentials of the client, or NULL.
 * Returns 0, also if no answer came or the service failed. Returns -EACCES with err if the service
 * refuses the credentials, or another -errno with err if no call can be made.
 */
int greeting_wait(struct greeting *greeting, struct loop *loop, struct coc_client *client,
		  const struct coc_creds *creds, int64_t timeout_ms, struct err *err);

/* Call this when the start is over. Calls process_release_start(), which frees memory that only the
 * start needed, now or when the answer to the greeting comes. */
void greeting_serve(struct greeting *greeting);

#endif
