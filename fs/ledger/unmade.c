/* SPDX-License-Identifier: MIT */
/*
 * Names whose file was never made.
 *
 * A rename or a link onto a job file name commits the content first. If no file of that name
 * exists, a refusal leaves nothing behind but its story, NAME.error. Such a path is marked as
 * unmade before its commit begins. So the mark is as durable as the intent, and stays when the
 * writer is killed. The mark is removed when the service takes the content, or when a file of the
 * name is made.
 *
 * A directory lists the story of a marked path, NAME.error, although no file NAME is there. The
 * story of a file that was there and was removed is not listed: the user who removed the file does
 * not want to hear of it. The index job_unmade contains only marked paths, so its size does not
 * grow with the jobs.
 */
#define _GNU_SOURCE
#include "ledger/db.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "ledger/group.h"
#include "ledger/owners.h"

int ledger_has_unmade(struct ledger *ledger)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_HAS_UNMADE, &r);

	if (!stmt)
		return r;
	code = sqlite3_step(stmt);
	r = code == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

int ledger_is_unmade(struct ledger *ledger, const char *path)
{
	int64_t row;
	int r = ledger_row(ledger, path, &row);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : ledger_exists(ledger, STMT_IS_UNMADE, row);
}

static int set_unmade(struct ledger *ledger, int64_t row, bool unmade)
{
	int r = ledger_exists(ledger, STMT_IS_UNMADE, row);

	return r < 0 || r == unmade ? (r < 0 ? r : 0)
				    : ledger_run_with(ledger, STMT_SET_UNMADE, row, unmade);
}

int ledger_mark_unmade(struct ledger *ledger, const char *path, const struct owner *owner)
{
	int64_t row;
	int r = ledger_ensure(ledger, path, owner, &row);

	return r < 0 ? r : set_unmade(ledger, row, true);
}

int ledger_unmark_unmade(struct ledger *ledger, const char *path)
{
	int64_t row;
	int r = ledger_row(ledger, path, &row);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : set_unmade(ledger, row, false);
}

int ledger_next_unmade(struct ledger *ledger, const char *dir, int64_t after,
		       struct job_unmade *ret_unmade)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_NEXT_UNMADE, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, dir);
	sqlite3_bind_int64(stmt, 2, after);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		uint64_t id_size = (uint64_t)sqlite3_column_int64(stmt, 2);

		ret_unmade->row = sqlite3_column_int64(stmt, 0);
		snprintf(ret_unmade->name, sizeof(ret_unmade->name), "%s",
			 (const char *)sqlite3_column_text(stmt, 1));
		ret_unmade->seen = (struct job_glance){
			.id_size = id_size ? id_size + 1 : 0, /* + 1: NAME.id ends with a newline */
			.error_size = (uint64_t)sqlite3_column_int64(stmt, 3),
			.changed_ms = sqlite3_column_int64(stmt, 4),
			.holding = ledger_column_holding(stmt, 5),
		};
	}
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
}

int ledger_end_story(struct ledger *ledger, int64_t row)
{
	int r = ledger_group_begin(ledger);

	if (r < 0)
		return r;
	r = ledger_run_row(ledger, STMT_DROP_STORY, row);
	if (r == 0)
		r = ledger_run_with(ledger, STMT_END_STORY, row, clock_realtime_ms());
	return ledger_group_end(ledger, r);
}
