/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_CHANGES_H
#define COCFS_LEDGER_CHANGES_H

#include <stdbool.h>

#include "base/buf.h"
#include "ledger/ledger.h"

/* What siblings show may have changed: ledger_on_change(). changes.c has the essay. */
struct ledger_changes {
	ledger_change_fn *fn;
	void *data;
	struct buf rows;  /* of this transaction: their IDs, one after the other */
	struct buf paths; /* the same: strings that end with a NUL, one after the other */
	bool any;	  /* there was no room for them: any path may be meant */
	size_t rows_told, paths_told; /* bytes of them that were told before the commit */
	bool is_muted;		      /* nothing is noted */
};

/* Has SQLite report each change from now on. 0 or -errno. */
int ledger_changes_begin(struct ledger *ledger);
void ledger_changes_end(struct ledger *ledger);

/* The transaction was committed, or undone: tells what was not told yet, or all. */
void ledger_changes_committed(struct ledger *ledger);
void ledger_changes_undone(struct ledger *ledger);

/* Between two of these nothing is noted: rows move with their directory, and all that shows them
 * does too. */
void ledger_changes_mute(struct ledger *ledger, bool is_muted);

#endif
