/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_CHANGES_H
#define COCFS_LEDGER_CHANGES_H

#include <stdbool.h>

#include "base/buf.h"
#include "ledger/ledger.h"

/* The notes for ledger_on_change(): which siblings may show something else after a transaction.
 * changes.c has the essay. */
struct ledger_changes {
	ledger_change_fn *fn;
	void *data;
	struct buf rows; /* numbers (int64_t) of the rows that this transaction has changed */
	/* paths that this transaction has changed, one after the other; each ends with a NUL */
	struct buf paths;
	bool any; /* rows and paths had no room: any path may have changed */
	/* bytes of rows and paths that ledger_tell_changes() has reported already */
	size_t rows_told, paths_told;
	bool is_muted; /* nothing is noted: ledger_changes_mute() */
};

/* ledger_changes_begin() makes SQLite report each change to ledger->changes from now on. Returns 0
 * or -errno. ledger_changes_end() frees what ledger->changes holds. */
int ledger_changes_begin(struct ledger *ledger);
void ledger_changes_end(struct ledger *ledger);

/* Call one of these when the transaction was committed or undone. Both call the function of
 * ledger_on_change(): after a commit for the changes that were not reported yet, after an undo for
 * all. Then both empty the notes. */
void ledger_changes_committed(struct ledger *ledger);
void ledger_changes_undone(struct ledger *ledger);

/* Between a call with true and a call with false nothing is noted. For rows that move with their
 * directory: the files and siblings move with it, too. */
void ledger_changes_mute(struct ledger *ledger, bool is_muted);

#endif
