/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_KNOWN_H
#define COCFS_LEDGER_KNOWN_H

#include "ledger/db.h"

/* The known jobs of a create: what the service had before it. */

/* Deletes the known jobs of a create, which is not under way any more. Does nothing for an update.
 * Returns 0 or -errno. */
int ledger_unknow(struct ledger *ledger, const struct ledger_submission *submission);

#endif
