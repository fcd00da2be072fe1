/* SPDX-License-Identifier: MIT */
/*
 * Commits of the ledger, and what its other files share.
 *
 * Each commit may be durable or not. The file is in WAL mode with synchronous=NORMAL: a commit is a
 * write to the log, and survives a crash of this process. A durable commit adds what
 * synchronous=FULL would: a sync of the log, which survives a loss of power. (The pragma itself
 * cannot be changed while a transaction is open. Only at the end of a transaction it is known
 * whether it must be durable.)
 *
 * An intent must be durable before its request is sent. An outcome need not, because the service
 * can be asked for it again.
 */
#define _GNU_SOURCE
#include "ledger/db.h"

#include <errno.h>
#include <string.h>

int ledger_errno(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	default:
		return -EIO;
	}
}

sqlite3_stmt *ledger_read(struct ledger *ledger, enum ledger_statement which, int *ret_r)
{
	sqlite3_stmt *stmt = ledger->stmt[which];

	if (!stmt) {
		int code = sqlite3_prepare_v3(ledger->db, ledger_sql[which], -1,
					      SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

		if (code != SQLITE_OK) {
			*ret_r = ledger_errno(code);
			return NULL;
		}
		ledger->stmt[which] = stmt;
	}
	return stmt;
}

/* SQLite undoes a transaction by itself if memory or the disk runs out at a bad moment, even in a
 * statement that only reads. Records such a loss. */
static void notice_loss(struct ledger *ledger)
{
	if (ledger->open && sqlite3_get_autocommit(ledger->db))
		ledger_undo(ledger);
}

/* Runs a statement without parameters. Returns 0 or -errno. */
static int run_statement(struct ledger *ledger, enum ledger_statement which)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	return stmt ? ledger_run(stmt) : r;
}

int ledger_look_begin(struct ledger *ledger)
{
	int r = 0;

	if (ledger->open) /* the open transaction serves for reading as well */
		return 0;
	/* prepare the statement that ends the transaction now: later there may be no memory for
	 * it */
	if (ledger_read(ledger, STMT_LOOK_END, &r))
		r = run_statement(ledger, STMT_LOOK_BEGIN);
	ledger->looking = r == 0;
	return r;
}

void ledger_look_end(struct ledger *ledger)
{
	if (ledger->looking)
		ledger_run(ledger->stmt[STMT_LOOK_END]);
	ledger->looking = false;
}

sqlite3_stmt *ledger_write(struct ledger *ledger, enum ledger_statement which, int *ret_r)
{
	notice_loss(ledger);
	if (!ledger->open) {
		int r = 0;

		/* SQLite had no memory for an earlier ROLLBACK: do the ROLLBACK now */
		if (!sqlite3_get_autocommit(ledger->db))
			r = ledger_errno(sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL));
		if (r == 0)
			r = run_statement(ledger, STMT_BEGIN);
		if (r < 0) {
			*ret_r = r;
			return NULL;
		}
		ledger->open = true;
	}
	return ledger_read(ledger, which, ret_r);
}

int ledger_run(sqlite3_stmt *stmt)
{
	int code = sqlite3_step(stmt);

	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : ledger_errno(code);
}

int ledger_run_row(struct ledger *ledger, enum ledger_statement which, int64_t id)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, which, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, id);
	return ledger_run(stmt);
}

int ledger_run_with(struct ledger *ledger, enum ledger_statement which, int64_t id, int64_t number)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, which, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, id);
	sqlite3_bind_int64(stmt, 2, number);
	return ledger_run(stmt);
}

int ledger_run_new(struct ledger *ledger, sqlite3_stmt *stmt, int place, int64_t *ret_id)
{
	int64_t id = ++ledger->last_id;
	int r;

	sqlite3_bind_int64(stmt, place, id);
	r = ledger_run(stmt);
	if (r == 0)
		*ret_id = id;
	return r;
}

int ledger_row_of(struct ledger *ledger, enum ledger_statement which, const char *path,
		  int64_t *ret_row)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*ret_row = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
}

int ledger_exists(struct ledger *ledger, enum ledger_statement which, int64_t row)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	code = sqlite3_step(stmt);
	r = code == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

void ledger_bind_text(sqlite3_stmt *stmt, int place, const char *text)
{
	if (text)
		sqlite3_bind_text(stmt, place, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, place);
}

void ledger_bind_path(sqlite3_stmt *stmt, int place, const char *path)
{
	const char *slash = strrchr(path, '/');

	sqlite3_bind_text(stmt, place, path, slash ? (int)(slash - path) : 0, SQLITE_STATIC);
	sqlite3_bind_text(stmt, place + 1, slash ? slash + 1 : path, -1, SQLITE_STATIC);
}

int ledger_column_text(sqlite3_stmt *stmt, int column, char **ret_text)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	*ret_text = text ? strdup(text) : NULL;
	return text && !*ret_text ? -ENOMEM : 0;
}

bool ledger_is_open(const struct ledger *ledger)
{
	return ledger->open;
}

void ledger_undo(struct ledger *ledger)
{
	if (!ledger->open)
		return;
	sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
	ledger->lost = true;
	ledger->open = false;
	ledger_changes_undone(ledger);
}

bool ledger_take_loss(struct ledger *ledger)
{
	bool lost;

	notice_loss(ledger);
	lost = ledger->lost;
	ledger->lost = false;
	return lost;
}

struct ledger_commits ledger_commits(const struct ledger *ledger)
{
	return (struct ledger_commits){.durable = ledger->durable_commits,
				       .other = ledger->commits - ledger->durable_commits};
}

void ledger_measure(struct ledger *ledger, struct stall *stall)
{
	ledger->stall = stall;
}

int ledger_commit(struct ledger *ledger, bool durable)
{
	int r;

	if (ledger->open) {
		stall_disk_begin(ledger->stall);
		r = run_statement(ledger, STMT_COMMIT);
		stall_disk_end(ledger->stall);
		if (r < 0) {
			ledger_undo(ledger);
			return r;
		}
		ledger->open = false;
		ledger->unsynced = true;
		ledger->commits++;
		ledger_changes_committed(ledger);
	}
	return durable ? ledger_sync(ledger) : 0;
}
