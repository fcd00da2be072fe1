/* SPDX-License-Identifier: MIT */
/* Groups of writes within the open transaction: either all writes of a group are done, or none. */
#define _GNU_SOURCE
#include "ledger/group.h"

int ledger_group_begin(struct ledger *ledger)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_GROUP_BEGIN, &r);

	/* prepare now the statements that end a group: later there may be no memory for them */
	if (!stmt || !ledger_read(ledger, STMT_GROUP_UNDO, &r) ||
	    !ledger_read(ledger, STMT_GROUP_END, &r))
		return r;
	return ledger_run(stmt);
}

int ledger_group_end(struct ledger *ledger, int r)
{
	int undone = r < 0 ? ledger_run(ledger->stmt[STMT_GROUP_UNDO]) : 0;
	int ended = ledger_run(ledger->stmt[STMT_GROUP_END]);

	if (undone < 0 || ended < 0)
		ledger_undo(ledger);
	return r < 0 ? r : ended;
}
