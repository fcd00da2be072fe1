/* SPDX-License-Identifier: MIT */
/*
 * Backups in the ledger. A tool moved a job file away and has made the name again. Then the row
 * goes back to the name, with all that is known of the job. The file that was moved away gets a row
 * of its own, which says that it is a backup. The digest of that row is of the moved file's
 * content: a file with other content is no backup.
 */
#define _GNU_SOURCE
#include "ledger/db.h"

#include <errno.h>

#include "base/clock.h"
#include "ledger/group.h"
#include "ledger/renames.h"

/* Moves a row to a path. Returns 0 or -errno. -EEXIST: another row has the path, and is bound or
 * has an unfinished submission; or there is no such row. */
static int move_row(struct ledger *ledger, int64_t row, const char *path)
{
	int r = ledger_clear_file(ledger, path);
	sqlite3_stmt *stmt = r < 0 ? NULL : ledger_write(ledger, STMT_GIVE_BACK, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	ledger_bind_path(stmt, 2, path);
	r = ledger_run(stmt);
	return r < 0 || sqlite3_changes(ledger->db) ? r : -EEXIST;
}

/* Makes the row of a backup: copies the holding and `incomplete` from `row`, which the file had.
 * Returns 0 or -errno. */
static int mark_backup(struct ledger *ledger, int64_t row, const struct job_backup *backup)
{
	int64_t marked;
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_MARK_BACKUP, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, backup->path);
	sqlite3_bind_int64(stmt, 3, clock_realtime_ms());
	if (backup->digest)
		sqlite3_bind_blob(stmt, 5, backup->digest, CONTENT_DIGEST_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 6, row);
	return ledger_run_new(ledger, stmt, 4, &marked);
}

int ledger_give_back(struct ledger *ledger, int64_t row, const char *path,
		     const struct job_backup *backup)
{
	int r = ledger_group_begin(ledger);

	if (r < 0)
		return r;
	r = move_row(ledger, row, path);
	if (r == 0 && backup)
		r = mark_backup(ledger, row, backup);
	return ledger_group_end(ledger, r);
}

int ledger_find_backup(struct ledger *ledger, const char *path, int64_t *ret_row)
{
	return ledger_row_of(ledger, STMT_FIND_BACKUP, path, ret_row);
}

int ledger_unmark_backup(struct ledger *ledger, int64_t row)
{
	return ledger_run_row(ledger, STMT_UNMARK_BACKUP, row);
}

int ledger_drop_backup(struct ledger *ledger, int64_t row)
{
	int r = ledger_group_begin(ledger);

	if (r < 0)
		return r;
	r = ledger_run_row(ledger, STMT_DROP_BACKUP, row);
	/* the statement keeps a row with a job, a story or an unfinished submission: that is no
	 * backup any more */
	if (r == 0)
		r = ledger_unmark_backup(ledger, row);
	return ledger_group_end(ledger, r);
}
