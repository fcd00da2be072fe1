/* SPDX-License-Identifier: MIT */
/*
 * Renames in the ledger. The spool and the ledger cannot change in one step. So a rename is
 * recorded durably before it is done, and ended after. If a crash comes between, the next mount
 * ends the rename: it looks which of the two names has the inode.
 */
#define _GNU_SOURCE
#include "ledger/renames.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "ledger/group.h"

/* A path that no name in the spool can have. During an exchange the rows of one side wait there. */
#define ASIDE "//exchange"

/* Asks a yes-or-no question about a path and all below it. Returns 1, 0 or -errno. */
static int ask_path(struct ledger *ledger, enum ledger_statement which, const char *path)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	ledger_bind_text(stmt, 3, path);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		r = sqlite3_column_int(stmt, 0);
	else
		r = ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

int ledger_knows(struct ledger *ledger, const char *path)
{
	return ask_path(ledger, STMT_KNOWS, path);
}

int ledger_busy(struct ledger *ledger, const char *path)
{
	return ask_path(ledger, STMT_BUSY, path);
}

int ledger_rename_begin(struct ledger *ledger, struct job_rename *rename)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_RENAME_BEGIN, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, rename->from);
	ledger_bind_text(stmt, 2, rename->to);
	sqlite3_bind_int64(stmt, 3, (int64_t)rename->ino);
	sqlite3_bind_int(stmt, 4, rename->exchange);
	r = ledger_run(stmt);
	if (r < 0)
		return r;
	rename->id = sqlite3_last_insert_rowid(ledger->db);
	return ledger_commit(ledger, true);
}

int ledger_clear_file(struct ledger *ledger, const char *path)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_CLEAR_FILE, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	return ledger_run(stmt);
}

/* Makes way for the rows that move from the directory `from` to `to`. A row below `to` that has the
 * path of a moved row is deleted, unless it has a job or an unfinished submission. Returns 0 or
 * -errno. */
static int clear_below(struct ledger *ledger, const char *from, const char *to)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_CLEAR_TREE, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, to);
	ledger_bind_text(stmt, 2, from);
	return ledger_run(stmt);
}

/* Moves the row of a file from one path to another. If the new path has a row already, no row
 * moves. A path without a row is accepted. Returns 0 or -errno. */
static int move_file(struct ledger *ledger, const char *from, const char *to)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_RENAME_FILE, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, from);
	ledger_bind_path(stmt, 3, to);
	return ledger_run(stmt);
}

/* Moves the row of a file, or the rows of all below a directory. A row with the directory's own
 * name belongs to a file that was removed, and stays with the name. Returns 0 or -errno. */
static int move_rows(struct ledger *ledger, const char *from, const char *to, bool directory)
{
	int r = 0;
	sqlite3_stmt *stmt;

	if (!directory)
		return move_file(ledger, from, to);
	stmt = ledger_write(ledger, STMT_RENAME_TREE, &r);
	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, from);
	ledger_bind_text(stmt, 2, to);
	ledger_changes_mute(ledger, true);
	r = ledger_run(stmt);
	ledger_changes_mute(ledger, false);
	return r;
}

int ledger_rename_undone(struct ledger *ledger, const struct job_rename *rename)
{
	return ledger_run_row(ledger, STMT_RENAME_END, rename->id);
}

int ledger_rename_done(struct ledger *ledger, const struct job_rename *rename)
{
	/* a group, because a later try would begin again at the first move, and that is wrong after
	 * half of the moves */
	int r = ledger_group_begin(ledger);

	if (r < 0)
		return r;
	if (rename->exchange) {
		r = move_rows(ledger, rename->from, ASIDE, rename->directory);
		if (r == 0)
			r = move_rows(ledger, rename->to, rename->from, rename->to_directory);
		if (r == 0)
			r = move_rows(ledger, ASIDE, rename->to, rename->directory);
	} else {
		r = rename->directory ? clear_below(ledger, rename->from, rename->to)
				      : ledger_clear_file(ledger, rename->to);
		if (r == 0)
			r = move_rows(ledger, rename->from, rename->to, rename->directory);
	}
	if (r == 0)
		r = ledger_rename_undone(ledger, rename);
	return ledger_group_end(ledger, r);
}

/* A rename that was begun and not ended, with its own copies of the paths. */
struct unfinished {
	struct job_rename rename;
	char *from, *to;
};

/* Finds the next unfinished rename with an ID above `after`. Returns 0, -ENOENT if there is none,
 * or another -errno. */
static int next_unfinished(struct ledger *ledger, int64_t after, struct unfinished *ret)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_RENAME_NEXT, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, after);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		r = ledger_column_text(stmt, 1, &ret->from);
		if (r == 0)
			r = ledger_column_text(stmt, 2, &ret->to);
		ret->rename = (struct job_rename){
			.id = sqlite3_column_int64(stmt, 0),
			.from = ret->from,
			.to = ret->to,
			.ino = (uint64_t)sqlite3_column_int64(stmt, 3),
			.exchange = sqlite3_column_int(stmt, 4),
		};
	} else {
		r = code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
	}
	sqlite3_reset(stmt);
	return r;
}

int ledger_rename_unfinished(struct ledger *ledger,
			     int (*was_done)(void *data, struct job_rename *rename), void *data)
{
	int64_t last = 0;
	int r, done;

	do {
		struct unfinished next = {0};

		r = next_unfinished(ledger, last, &next);
		last = next.rename.id;
		done = r == 0 ? was_done(data, &next.rename) : -EBUSY;
		if (done >= 0)
			r = done ? ledger_rename_done(ledger, &next.rename)
				 : ledger_rename_undone(ledger, &next.rename);
		CRASH_POINT("rename-mended");
		free(next.from);
		free(next.to);
	} while (r == 0);
	return r == -ENOENT ? 0 : r;
}
