/* SPDX-License-Identifier: MIT */
/*
 * The known jobs of creates (job/known.h). Before a create is sent, the service is asked for the
 * jobs of its name. The answer is recorded in a row of the table known, which stays until the
 * create ends. So a create that is recorded as being sent, and has no such row, was surely not
 * sent.
 */
#define _GNU_SOURCE
#include "ledger/known.h"

#include <errno.h>
#include <string.h>

int ledger_know(struct ledger *ledger, struct ledger_submission *submission, const char *text,
		bool partial)
{
	struct known_jobs known;
	sqlite3_stmt *stmt;
	int r = known_parse(text, strlen(text), &known);

	if (r < 0)
		return r;
	stmt = ledger_write(ledger, STMT_KNOW, &r);
	if (stmt) {
		sqlite3_bind_int64(stmt, 1, submission->id);
		sqlite3_bind_int(stmt, 2, partial);
		ledger_bind_text(stmt, 3, text);
		r = ledger_run_new(ledger, stmt, 4, &known.number);
	}
	if (r < 0) {
		known_finish(&known);
		return r;
	}
	known.partial = partial;
	known_finish(&submission->known);
	submission->known = known;
	return 0;
}

int ledger_read_known(struct ledger *ledger, struct ledger_submission *submission)
{
	struct known_jobs known;
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_KNOWN, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, submission->id);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(stmt, 2);

		r = text ? known_parse(text, strlen(text), &known) : -ENOMEM;
	} else {
		r = code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
	}
	if (r == 0) {
		known.number = sqlite3_column_int64(stmt, 0);
		known.partial = sqlite3_column_int(stmt, 1);
		known_finish(&submission->known);
		submission->known = known;
	}
	sqlite3_reset(stmt);
	return r;
}

int ledger_unknow(struct ledger *ledger, const struct ledger_submission *submission)
{
	if (submission->kind != SUBMIT_CREATE)
		return 0;
	return ledger_run_row(ledger, STMT_UNKNOW, submission->id);
}
