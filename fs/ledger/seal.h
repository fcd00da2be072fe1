/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SEAL_H
#define COCFS_LEDGER_SEAL_H

#include <stdbool.h>

/* The seal of a ledger: seal.c has the essay. */

/* How the last mount of a ledger has ended, as far as the files tell. */
enum ledger_past {
	PAST_SEALED,	/* it was closed in good order, and is as it was then */
	PAST_UNCHECKED, /* the same, but its check had not come to the end */
	PAST_CRASHED,	/* its log is there */
	PAST_UNKNOWN,	/* somebody else has written to it, or it was put back */
};

/* Looks at a ledger that is not open. */
enum ledger_past ledger_past(const char *path);

/* Seals a ledger that was just closed, with its log taken over. unchecked: its check has not come
 * to the end. */
void ledger_put_seal(const char *path, bool unchecked);

/* Takes the seal away: the next mount knows nothing of this ledger. */
void ledger_break_seal(const char *path);

#endif
