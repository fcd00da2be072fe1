/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_OWNERS_H
#define COCFS_LEDGER_OWNERS_H

#include "ledger/db.h"

/* Owners and holdings, as the parameters and columns of statements have them. */

/* Binds an owner at the six parameters from `place` on: uid, gid and mode of the file, then those
 * of its directory. */
void ledger_bind_owner(sqlite3_stmt *stmt, int place, const struct owner *owner);

/* Reads the eight columns of a holding (LEDGER_HOLDING_COLUMNS), from `column` on. */
#define LEDGER_HOLDING_COLUMNS "uid, gid, mode, dir_uid, dir_gid, dir_mode, heir, heir_reads"
struct holding ledger_column_holding(sqlite3_stmt *stmt, int column);

#endif
