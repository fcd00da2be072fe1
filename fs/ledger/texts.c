/* SPDX-License-Identifier: MIT */
#include "ledger/texts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/owners.h"

/* Reads the row that a query stands at. */
static void read_text(sqlite3_stmt *stmt, struct ledger_text *text)
{
	*text = (struct ledger_text){
		.row = sqlite3_column_int64(stmt, 0),
		.version = sqlite3_column_int64(stmt, 2),
		.base = sqlite3_column_int64(stmt, 3),
		.unread = sqlite3_column_int64(stmt, 4),
		.has_digest = sqlite3_column_bytes(stmt, 5) == CONTENT_DIGEST_SIZE,
		.is_settled = sqlite3_column_int(stmt, 6),
		.listed = sqlite3_column_int64(stmt, 7),
		.holding = ledger_column_holding(stmt, 8),
	};
	snprintf(text->job_id, sizeof(text->job_id), "%s",
		 (const char *)sqlite3_column_text(stmt, 1));
	if (text->has_digest)
		memcpy(text->digest, sqlite3_column_blob(stmt, 5), CONTENT_DIGEST_SIZE);
}

int ledger_find_text(struct ledger *ledger, const char *path, struct ledger_text *ret_text)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_TEXT, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		read_text(stmt, ret_text);
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
}

int ledger_put_text(struct ledger *ledger, const struct ledger_text *text)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_PUT_TEXT, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, text->row);
	sqlite3_bind_int64(stmt, 2, text->version);
	sqlite3_bind_int64(stmt, 3, text->base);
	sqlite3_bind_int64(stmt, 4, text->unread);
	if (text->has_digest)
		sqlite3_bind_blob(stmt, 5, text->digest, CONTENT_DIGEST_SIZE, SQLITE_STATIC);
	return ledger_run(stmt);
}
