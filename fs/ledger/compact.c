/* SPDX-License-Identifier: MIT */
/* Gives room that finished submissions have left back to the file system. */
#define _GNU_SOURCE
#include "ledger/db.h"

#include <stdio.h>

/* FREE_PAGES_KEPT free pages stay in the file for later use. One call gives back at most
 * FREE_PAGES_STEP, because the loop waits for the call. */
#define FREE_PAGES_KEPT 1024
#define FREE_PAGES_STEP 256

int ledger_compact(struct ledger *ledger)
{
	int64_t surplus;
	char step[64];
	/* 1 (call again later) while a transaction is open, or a check reads the file */
	int r = ledger->open || ledger->check, code;
	sqlite3_stmt *stmt = r ? NULL : ledger_read(ledger, STMT_FREE_PAGES, &r);

	if (!stmt)
		return r;
	code = sqlite3_step(stmt);
	surplus = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) - FREE_PAGES_KEPT : 0;
	sqlite3_reset(stmt);
	if (code != SQLITE_ROW || surplus <= 0)
		return ledger_errno(code);
	snprintf(step, sizeof(step), "PRAGMA incremental_vacuum(%d)",
		 surplus < FREE_PAGES_STEP ? (int)surplus : FREE_PAGES_STEP);
	stall_disk_begin(ledger->stall);
	code = sqlite3_exec(ledger->db, step, NULL, NULL, NULL);
	/* after the last step, take the log over into the file: only then the file gets smaller */
	if (code == SQLITE_OK && surplus <= FREE_PAGES_STEP)
		code = sqlite3_wal_checkpoint_v2(ledger->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
						 NULL);
	stall_disk_end(ledger->stall);
	return code == SQLITE_OK ? surplus > FREE_PAGES_STEP : ledger_errno(code);
}
