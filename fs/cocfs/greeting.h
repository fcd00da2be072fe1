/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_GREETING_H
#define COCFS_COCFS_GREETING_H

#include <stdint.h>

#include "coc/coc.h"

/*
 * Asks the service for a page of jobs, and nobody waits for the answer. So the connection is open
 * when the first job is written. Credentials that are proven let a first burst go out at once (more
 * than a few failures would lock the key). What is wrong with them is in the log from the start.
 */
void greeting_send(struct coc_client *client, int64_t timeout_ms);

#endif
