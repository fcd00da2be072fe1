/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SUBMISSIONS_H
#define COCFS_LEDGER_SUBMISSIONS_H

#include "ledger/db.h"

/* The rows of submissions in the ledger. */

/* Inserts the row of a submission, with the state submission->state. Replaces what is queued for
 * its job; sets submission->id. from: the job's state now. Returns 0 or -errno. */
int ledger_insert(struct ledger *ledger, struct ledger_submission *submission, enum job_state from);

/* Call this when ledger_insert(), or a write that must go with it, has failed. Sets submission->id
 * to 0, and undoes everything since the last commit. */
void ledger_undo_insert(struct ledger *ledger, struct ledger_submission *submission);

/* Reads SUBMISSION_COLUMNS of a statement that has found a row. On failure too the caller frees the
 * submission. Returns 0, -ENOMEM, or -EUCLEAN if no cocfs can have written the row. */
int ledger_read_submission(sqlite3_stmt *stmt, struct ledger_submission *submission);

/* Binds six parameters from `place` on: the five attributes, in the order that their columns have
 * in every statement, and then their origins as one number (job/origins.h). */
void ledger_bind_attrs(sqlite3_stmt *stmt, int place, const struct attr_set *attrs);

/* Reads the five attributes, from `column` on. Returns 0 or -ENOMEM. */
int ledger_column_attrs(sqlite3_stmt *stmt, int column, struct attr_set *attrs);

/* Binds the attributes that the service holds at four parameters from `place` on, in the order of
 * ledger_bind_attrs(). The tags are left out: the service never tells them. */
void ledger_bind_held(sqlite3_stmt *stmt, int place, const struct attr_set *held);

#endif
