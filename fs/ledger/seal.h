/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SEAL_H
#define COCFS_LEDGER_SEAL_H

#include <stdbool.h>

/* The seal of a ledger: says that it was closed in good order. seal.c has the essay. */

/* How the last mount of a ledger has ended, as far as the files tell. */
enum ledger_past {
	PAST_SEALED,	/* it was closed in good order, and has not changed since */
	PAST_UNCHECKED, /* as PAST_SEALED, but the mount ended before the check of the ledger did */
	PAST_CRASHED,	/* there was a crash: the ledger's log is there */
	/* the seal of the ledger is missing or does not fit: for example another program has
	 * written to the file, or it was restored from a backup */
	PAST_UNKNOWN,
};

/* Finds out how the last mount of a ledger has ended. The ledger must not be open. */
enum ledger_past ledger_past(const char *path);

/* Seals a ledger that was just closed, after its log was taken over. unchecked: the check of the
 * ledger has not come to its end. A failure goes to the log only. */
void ledger_put_seal(const char *path, bool unchecked);

/* Removes the seal of the ledger at a path, so that the next mount checks the ledger. A failure
 * goes to the log only. */
void ledger_break_seal(const char *path);

#endif
