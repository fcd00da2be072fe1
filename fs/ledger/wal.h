/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_WAL_H
#define COCFS_LEDGER_WAL_H

#include "ledger/db.h"

/* The write-ahead log of a ledger. */

/* SQLite takes the log over into the ledger when it has so many pages (SQLite's default). */
#define LOG_PAGES 1000

/* The open log; NULL: there is none. SQLite's. */
sqlite3_file *ledger_log_file(sqlite3 *db);

/* Has all that is in the log taken over into the ledger, and made durable there. No transaction may
 * be open. Returns 0; -EBUSY: something is left in the log; -errno. */
int ledger_log_take_over(sqlite3 *db);

/* Makes the log of a ledger that was just opened durable. If there is plenty of room on the disk it
 * gives the log the length that it will have anyway: a log that grows is slower. Returns 0 or
 * -errno. */
int ledger_log_begin(struct ledger *ledger);

#endif
