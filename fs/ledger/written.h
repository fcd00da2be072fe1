/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_WRITTEN_H
#define COCFS_LEDGER_WRITTEN_H

#include <sqlite3.h>

/*
 * Looks at the pages that were being written at a crash. These are all pages that the log names,
 * also those from before SQLite began the log again from its start. First takes the log over into
 * the ledger. Returns 1 if each page looks sound. Returns 0 if a page does not, or if that cannot
 * be told: then the whole ledger has to be checked.
 */
int ledger_look_at_written(sqlite3 *db);

#endif
