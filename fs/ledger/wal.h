/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_WAL_H
#define COCFS_LEDGER_WAL_H

#include "ledger/db.h"

/* The write-ahead log of a ledger. */

/* Makes the log of a ledger that was just opened durable. If there is plenty of room on the disk it
 * gives the log the length that it will have anyway: a log that grows is slower. Returns 0 or
 * -errno. */
int ledger_log_begin(struct ledger *ledger);

#endif
