/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SUBMISSIONS_H
#define COCFS_LEDGER_SUBMISSIONS_H

#include "ledger/db.h"

/* The rows of submissions in the ledger. */

/* Inserts the row of a submission, with the state that it has. Replaces what is queued for its job;
 * sets its id. from: the job's state now. Returns 0 or -errno. */
int ledger_insert(struct ledger *ledger, struct ledger_submission *submission, enum job_state from);

/* Call this when only a part of what belongs to ledger_insert() could be written. Undoes everything
 * since the last commit. */
void ledger_undo_insert(struct ledger *ledger, struct ledger_submission *submission);

/* Reads the columns of a submission. Returns 0, -ENOMEM, or -EUCLEAN if no cocfs can have written
 * the row. */
int ledger_read_submission(sqlite3_stmt *stmt, struct ledger_submission *submission);

/* Binds the five attributes, in the order that the columns have in every statement, and then their
 * origins. */
void ledger_bind_attrs(sqlite3_stmt *stmt, int place, const struct attr_set *attrs);

/* Reads the five attributes, from `column` on. Returns 0 or -ENOMEM. */
int ledger_column_attrs(sqlite3_stmt *stmt, int column, struct attr_set *attrs);

/* Binds the attributes that the service holds, in the order of ledger_bind_attrs(). The tags are
 * left out, so these are four. */
void ledger_bind_held(sqlite3_stmt *stmt, int place, const struct attr_set *held);

#endif
