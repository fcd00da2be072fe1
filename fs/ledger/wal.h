/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_WAL_H
#define COCFS_LEDGER_WAL_H

#include "ledger/db.h"

/* The write-ahead log of a ledger. */

/* How many pages the log has when SQLite takes it over into the ledger (SQLite's default). */
#define LOG_PAGES 1000

/* Returns the open log, which SQLite owns, or NULL if there is none. */
sqlite3_file *ledger_log_file(sqlite3 *db);

/* Takes all that is in the log over into the ledger's file, and makes it durable there. No
 * transaction may be open. Returns 0, -EBUSY if something is left in the log, or another -errno. */
int ledger_log_take_over(sqlite3 *db);

/* Call this when a ledger was just opened: makes its log durable. Gives the log its full length in
 * advance, if the disk has plenty of room: a log that grows is slower. Returns 0 or -errno. */
int ledger_log_begin(struct ledger *ledger);

#endif
