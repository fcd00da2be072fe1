/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs/supervised.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/notify.h"

/* The time that cocfs may need after the last answer, to sync and close the ledger on a slow
 * disk. */
#define CLOSING_MS 30000

void supervised_tell_ready(const struct opts *opts)
{
	if (opts->foreground)
		notify_supervisor("READY=1", "%s is mounted on %s", opts->source, opts->mountpoint);
}

void supervised_tell_end(const struct opts *opts)
{
	char state[96];

	if (!opts->foreground)
		return;
	/* by default the supervisor may wait for less than -o timeout before it kills cocfs */
	snprintf(state, sizeof(state), "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRId64,
		 (opts->timeout_ms + CLOSING_MS) * 1000);
	notify_supervisor(state, "what is under way is answered, for at most %" PRId64 " s",
			  opts->timeout_ms / 1000);
}
