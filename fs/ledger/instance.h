/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_INSTANCE_H
#define COCFS_LEDGER_INSTANCE_H

#include "ledger/db.h"

/* The instance of a ledger: tells an original from a copy. instance.c has the essay. */

/* Checks that the instance file belongs to this ledger. A ledger without an instance passes.
 * Returns 0, -ESTALE if the ledger is a copy, or another -errno if that cannot be told; err is
 * filled on failure. Changes nothing. */
int ledger_check_instance(sqlite3 *db, const struct ledger_owner *owner, struct err *err);

/*
 * Gives the ledger a new instance file. Call this after ledger_check_instance() has returned 0. A
 * ledger without an instance gets one. With owner->rebind each ledger gets a new instance, and what
 * is unfinished is in doubt. Otherwise the ledger keeps its instance, and its old file if no new
 * one can be made. Returns 0, or -errno with err filled.
 */
int ledger_renew_instance(struct ledger *ledger, const struct ledger_owner *owner, struct err *err);

#endif
