/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_KNOWN_H
#define COCFS_LEDGER_KNOWN_H

#include "ledger/db.h"

/* What the service had before a create. */

/* Deletes what is known for a create: it is not under way any more. */
int ledger_unknow(struct ledger *ledger, const struct ledger_submission *submission);

#endif
