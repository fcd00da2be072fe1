/* SPDX-License-Identifier: MIT */
/*
 * The owner of a row. The row that a path finds belongs to the file that has the name, or had it
 * last. When another user makes the name again, and may not have what the row keeps, the row is set
 * aside, and waits for its owner (fs/space/claim.c).
 */
#define _GNU_SOURCE
#include "ledger/owners.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

#define IS_ELSEWHERE 010000 /* owner->is_elsewhere: a bit in dir_mode, above the permissions */

void ledger_bind_owner(sqlite3_stmt *stmt, int place, const struct owner *owner)
{
	const struct access *both[] = {&owner->file, &owner->directory};

	for (int i = 0; i < 2; i++, place += 3) {
		sqlite3_bind_int64(stmt, place, both[i]->uid);
		sqlite3_bind_int64(stmt, place + 1, both[i]->gid);
		sqlite3_bind_int64(stmt, place + 2,
				   both[i]->mode | (i && owner->is_elsewhere ? IS_ELSEWHERE : 0));
	}
}

static struct access column_access(sqlite3_stmt *stmt, int column)
{
	return (struct access){.uid = (uid_t)sqlite3_column_int64(stmt, column),
			       .gid = (gid_t)sqlite3_column_int64(stmt, column + 1),
			       .mode = (mode_t)sqlite3_column_int64(stmt, column + 2) & 07777};
}

struct holding ledger_column_holding(sqlite3_stmt *stmt, int column)
{
	return (struct holding){
		.owner = {.file = column_access(stmt, column),
			  .directory = column_access(stmt, column + 3),
			  .is_elsewhere = sqlite3_column_int(stmt, column + 5) & IS_ELSEWHERE},
		.has_heir = sqlite3_column_type(stmt, column + 6) != SQLITE_NULL,
		.heir = (uid_t)sqlite3_column_int64(stmt, column + 6),
		.heir_reads = sqlite3_column_int(stmt, column + 7),
	};
}

int ledger_hold(struct ledger *ledger, int64_t row, const struct holding *holding)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_HOLD, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	ledger_bind_owner(stmt, 2, &holding->owner);
	if (holding->has_heir)
		sqlite3_bind_int64(stmt, 8, holding->heir);
	sqlite3_bind_int(stmt, 9, holding->has_heir && holding->heir_reads);
	return ledger_run(stmt);
}

int ledger_claims(struct ledger *ledger, const char *path,
		  struct job_claim ret_claims[CLAIMS_ASIDE_MAX + 1])
{
	int r = 0, code, n = 0;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_CLAIMS, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	sqlite3_bind_int(stmt, 3, CLAIMS_ASIDE_MAX);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW && n <= CLAIMS_ASIDE_MAX)
		ret_claims[n++] = (struct job_claim){.row = sqlite3_column_int64(stmt, 0),
						     .is_aside = sqlite3_column_int(stmt, 1),
						     .holding = ledger_column_holding(stmt, 2)};
	sqlite3_reset(stmt);
	r = ledger_errno(code);
	return r < 0 ? r : n;
}

int ledger_drop_text(struct ledger *ledger, int64_t row)
{
	return ledger_run_with(ledger, STMT_DROP_TEXT, row, clock_realtime_ms());
}

int ledger_hide_versions(struct ledger *ledger, int64_t row, uid_t user)
{
	return ledger_run_with(ledger, STMT_HIDE_VERSIONS, row, user);
}

int ledger_set_aside(struct ledger *ledger, int64_t row)
{
	return ledger_run_row(ledger, STMT_SET_ASIDE, row);
}

int ledger_bring_back(struct ledger *ledger, int64_t row)
{
	return ledger_run_row(ledger, STMT_BRING_BACK, row);
}

int ledger_paths_below(struct ledger *ledger, const char *path, char **ret_paths, size_t *ret_size)
{
	_cleanup_buf_ struct buf paths = {0};
	int r = 0, code = SQLITE_DONE;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_BELOW, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, path);
	while (r == 0 && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *found = (const char *)sqlite3_column_text(stmt, 0);

		r = found ? buf_append(&paths, found, strlen(found) + 1) : -ENOMEM;
	}
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	if (r == 0)
		r = ledger_errno(code);
	if (r < 0)
		return r;
	*ret_size = paths.size;
	*ret_paths = buf_steal(&paths);
	return 0;
}

int ledger_owners_known(struct ledger *ledger)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_OWNERS_KNOWN, &r);

	if (!stmt)
		return r;
	code = sqlite3_step(stmt);
	r = code == SQLITE_ROW ? sqlite3_column_int(stmt, 0) != 0 : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

/* Finds the row with the next number after *row: sets *row to its number, and *ret_path to its
 * path, which the caller frees. -ENOENT: there is no further row. */
static int next_path(struct ledger *ledger, int64_t *row, char **ret_path)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_NEXT_PATH, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, *row);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		*row = sqlite3_column_int64(stmt, 0);
		r = ledger_column_text(stmt, 1, ret_path);
	} else {
		r = code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
	}
	sqlite3_reset(stmt);
	return r;
}

/* Calls find for the path of each row, and records the owner that find returns. At the end records
 * that all owners are known. Returns 0, or a negative value of find or the ledger: then the caller
 * undoes the changes. */
static int learn_owners(struct ledger *ledger,
			int (*find)(void *data, const char *path, struct owner *ret_owner),
			void *data)
{
	sqlite3_stmt *stmt;
	int64_t row = 0;
	int r;

	for (;;) {
		_cleanup_free_ char *path = NULL;
		struct holding holding = {0};

		r = next_path(ledger, &row, &path);
		if (r < 0)
			break;
		r = find(data, path, &holding.owner);
		if (r == 0)
			r = ledger_hold(ledger, row, &holding);
		if (r < 0)
			return r;
	}
	if (r != -ENOENT)
		return r;
	stmt = ledger_write(ledger, STMT_OWNERS_LEARNT, &r);
	return stmt ? ledger_run(stmt) : r;
}

int ledger_learn_owners(struct ledger *ledger,
			int (*find)(void *data, const char *path, struct owner *ret_owner),
			void *data)
{
	int r = learn_owners(ledger, find, data);

	if (r < 0) {
		ledger_undo(ledger);
		return r;
	}
	return ledger_commit(ledger, false);
}
