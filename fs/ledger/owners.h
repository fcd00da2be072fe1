/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_OWNERS_H
#define COCFS_LEDGER_OWNERS_H

#include "ledger/db.h"

/* The owners of a row, as statements have them. */

/* Binds the six numbers of an owner, from the parameter `place` on. */
void ledger_bind_owner(sqlite3_stmt *stmt, int place, const struct owner *owner);

/* Reads the eight columns of a holding (LEDGER_HOLDING_COLUMNS), from `column` on. */
#define LEDGER_HOLDING_COLUMNS "uid, gid, mode, dir_uid, dir_gid, dir_mode, heir, heir_reads"
struct holding ledger_column_holding(sqlite3_stmt *stmt, int column);

#endif
