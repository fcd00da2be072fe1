/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SUBMISSIONS_H
#define COCFS_LEDGER_SUBMISSIONS_H

#include "ledger/db.h"

/* The rows of submissions. */

/* Inserts the row of a submission, in the state it says, in place of what is queued for its job;
 * sets its id. from: the job's state now. */
int ledger_insert(struct ledger *ledger, struct ledger_submission *submission, enum job_state from);

/* Half of what belongs together was written: undoes it, with everything since the last commit. */
void ledger_undo_insert(struct ledger *ledger, struct ledger_submission *submission);

/* Reads the columns of a submission. 0, -ENOMEM, or -EUCLEAN for what no cocfs wrote. */
int ledger_read_submission(sqlite3_stmt *stmt, struct ledger_submission *submission);

/* Binds the five attributes, in the order of the columns of every statement, and their origins. */
void ledger_bind_attrs(sqlite3_stmt *stmt, int place, const struct attr_set *attrs);

/* Reads the five attributes. 0 or -ENOMEM. */
int ledger_column_attrs(sqlite3_stmt *stmt, int column, struct attr_set *attrs);

/* Binds what the service holds: four attributes in the same order, without the tags. */
void ledger_bind_held(sqlite3_stmt *stmt, int place, const struct attr_set *held);

#endif
