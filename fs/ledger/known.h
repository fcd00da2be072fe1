/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_KNOWN_H
#define COCFS_LEDGER_KNOWN_H

#include "ledger/db.h"

/* The known jobs of a create: the jobs of its name that the service had before. */

/* Deletes the known jobs of a create that has ended, goes back to the queue or becomes an update.
 * Does nothing for an update. Returns 0 or -errno. */
int ledger_unknow(struct ledger *ledger, const struct ledger_submission *submission);

#endif
