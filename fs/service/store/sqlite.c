/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/store/sqlite.h"

#include <errno.h>
#include <stdlib.h>

/* The cleanup of a variable that holds a prepared statement: makes the statement ready for its next
 * use, and clears its values. */
static void reset_statement(sqlite3_stmt **statement)
{
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}
#define _cleanup_reset_ __attribute__((cleanup(reset_statement)))

static struct db_sqlite *sqlite_of(struct db *db)
{
	return (struct db_sqlite *)db;
}

int db_sqlite_error(sqlite3 *handle, struct err *err)
{
	static const struct {
		int code, errnum;
	} table[] = {
		{SQLITE_NOMEM, ENOMEM},	   {SQLITE_FULL, ENOSPC},    {SQLITE_BUSY, EBUSY},
		{SQLITE_LOCKED, EBUSY},	   {SQLITE_READONLY, EROFS}, {SQLITE_PERM, EACCES},
		{SQLITE_CANTOPEN, EACCES}, {SQLITE_NOTADB, EINVAL},
	};
	int code = handle ? sqlite3_errcode(handle) & 0xff : SQLITE_NOMEM, errnum = EIO;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].code == code)
			errnum = table[i].errnum;
	return err_set(err, errnum, "%s", handle ? sqlite3_errmsg(handle) : "out of memory");
}

/* Runs a prepared statement without values that gives no row. Returns 0, or -errno with err
 * filled. */
static int run_simply(struct db_sqlite *sqlite, sqlite3_stmt *prepared, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *statement = prepared;

	return sqlite3_step(statement) == SQLITE_DONE ? 0 : db_sqlite_error(sqlite->handle, err);
}

static int sqlite_begin(struct db *db, struct err *err)
{
	return run_simply(sqlite_of(db), sqlite_of(db)->begin, err);
}

static bool sqlite_in_transaction(const struct db *db)
{
	return !sqlite3_get_autocommit(((const struct db_sqlite *)db)->handle);
}

static void sqlite_undo(struct db *db)
{
	if (sqlite_in_transaction(db))
		sqlite3_exec(sqlite_of(db)->handle, "ROLLBACK", NULL, NULL, NULL);
}

static int sqlite_commit(struct db *db, struct err *err)
{
	int r = run_simply(sqlite_of(db), sqlite_of(db)->commit, err);

	if (r < 0)
		sqlite_undo(db);
	return r;
}

/* Gives a statement its values. Their texts must stay valid while the statement runs. Returns 0, or
 * another number if a value could not be bound. */
static int bind_values(sqlite3_stmt *statement, const struct db_value *values, int n_values)
{
	int bad = 0;

	for (int i = 0; i < n_values; i++) {
		if (values[i].is_null)
			continue;
		if (values[i].kind == DB_TEXT)
			bad |= sqlite3_bind_text(statement, i + 1, values[i].text, -1,
						 SQLITE_STATIC);
		else
			bad |= sqlite3_bind_int64(statement, i + 1, values[i].number);
	}
	return bad;
}

static int sqlite_run(struct db *db, enum statement which, const struct db_value *values,
		      int n_values, int64_t *ret_changed, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *statement = sqlite_of(db)->statements[which];

	if (bind_values(statement, values, n_values) || sqlite3_step(statement) != SQLITE_DONE)
		return db_sqlite_error(sqlite_of(db)->handle, err);
	if (ret_changed)
		*ret_changed = sqlite3_changes(sqlite_of(db)->handle);
	return 0;
}

static int sqlite_query(struct db *db, enum statement which, const struct db_value *values,
			int n_values, db_row_fn *each, void *data, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *statement = sqlite_of(db)->statements[which];
	const struct db_row row = {&db_sqlite_ops, statement};
	int code = SQLITE_DONE, r = 0, rows = 0;

	if (bind_values(statement, values, n_values))
		return db_sqlite_error(sqlite_of(db)->handle, err);
	for (; r == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW; rows++)
		r = each(data, &row);
	if (r < 0)
		return r;
	if (r == 0 && code != SQLITE_DONE)
		return db_sqlite_error(sqlite_of(db)->handle, err);
	return rows;
}

static const char *sqlite_text(const struct db_row *row, int column)
{
	return (const char *)sqlite3_column_text(row->at, column);
}

static int64_t sqlite_number(const struct db_row *row, int column)
{
	return sqlite3_column_int64(row->at, column);
}

static void sqlite_close(struct db *db)
{
	struct db_sqlite *sqlite = sqlite_of(db);

	sqlite3_finalize(sqlite->begin);
	sqlite3_finalize(sqlite->commit);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(sqlite->statements[i]);
	sqlite3_close(sqlite->handle);
	free(sqlite);
}

const struct db_ops db_sqlite_ops = {
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.undo = sqlite_undo,
	.in_transaction = sqlite_in_transaction,
	.run = sqlite_run,
	.query = sqlite_query,
	.text = sqlite_text,
	.number = sqlite_number,
	.close = sqlite_close,
};
