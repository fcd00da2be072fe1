/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_INSTANCE_H
#define COCFS_LEDGER_INSTANCE_H

#include "ledger/db.h"

/* The instance of a ledger: whether it is the original or a copy. instance.c has the essay. */

/* Is the ledger the one that its instance file belongs to? A ledger without an instance is. -ESTALE
 * if it is a copy, another -errno if that cannot be told; err is filled then. Changes nothing. */
int ledger_check_instance(sqlite3 *db, const struct ledger_owner *owner, struct err *err);

/*
 * Gives the ledger a new instance file. A ledger without an instance gets one, and with
 * owner->rebind each ledger gets a new one, and what is unfinished is in doubt. Otherwise the
 * ledger keeps its instance, and its old file if no new one can be made. Call it when
 * ledger_check_instance() was content. Returns 0, or -errno with err filled.
 */
int ledger_renew_instance(struct ledger *ledger, const struct ledger_owner *owner, struct err *err);

#endif
