/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_INSTANCE_H
#define COCFS_LEDGER_INSTANCE_H

#include "ledger/db.h"

/* The instance of a ledger: tells an original from a copy. instance.c has the essay. */

/* Checks that the instance file belongs to this ledger. A ledger without an instance passes, and
 * with owner->rebind every ledger does. Returns 0, -ESTALE if the ledger is a copy, or another
 * -errno if that cannot be told; err is filled on failure. Changes nothing. */
int ledger_check_instance(sqlite3 *db, const struct ledger_owner *owner, struct err *err);

/*
 * Puts a new instance file in the place of the old one. Call this after ledger_check_instance() has
 * returned 0. A ledger without an instance gets one. With owner->rebind each ledger gets a new
 * instance, and its unfinished submissions are in doubt. Otherwise the ledger keeps its instance;
 * if no new file can be made, the old file stays, and that is no failure. Does nothing if
 * owner->instance is NULL. Returns 0, or -errno with err filled.
 */
int ledger_renew_instance(struct ledger *ledger, const struct ledger_owner *owner, struct err *err);

#endif
