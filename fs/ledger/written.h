/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_WRITTEN_H
#define COCFS_LEDGER_WRITTEN_H

#include <sqlite3.h>

/*
 * Looks at the pages that were being written when a crash came: all that the log names, also what
 * is left in it of an earlier round. Takes the log over into the ledger before. Returns 1 if each
 * page looks sound. 0 if one does not, or if that cannot be told: the whole ledger is to be
 * checked.
 */
int ledger_look_at_written(sqlite3 *db);

#endif
