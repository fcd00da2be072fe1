/* SPDX-License-Identifier: MIT */
/*
 * The imports: a row for each job that the service has listed and that no path of this space is
 * bound to. Such a row is no binding: nothing that writes finds a job by it.
 *
 * The row is durable before its file is made. When a user removes the file, the row stays as a
 * tombstone, with the name. So the next mount can tell what a crash or a loss of power has left:
 *
 * - A placed row without a file: the file was not made yet, or its directory was lost. The mount
 *   makes the file, and its content is fetched again.
 * - A row that is leaving, or a tombstone, with a file of its name: the removal was lost. The mount
 *   removes the file, if its content is what the row says.
 * - A file of an import without a row: this never happens.
 */
#define _GNU_SOURCE
#include "ledger/imports.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/db.h"
#include "ledger/submissions.h"

/* ---- queries whose result is one number ---- */

/* Runs a query whose result is one number. text: its parameter, or NULL. Returns the number or
 * -errno. */
static int ask_number(struct ledger *ledger, enum ledger_statement which, const char *text)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	if (!stmt)
		return r;
	if (text)
		ledger_bind_text(stmt, 1, text);
	code = sqlite3_step(stmt);
	r = code == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

int ledger_imports_by_default(struct ledger *ledger)
{
	return ask_number(ledger, STMT_IMPORTS_BY_DEFAULT, NULL);
}

int ledger_imports_are_whole(struct ledger *ledger)
{
	return ask_number(ledger, STMT_IMPORTS_ARE_WHOLE, NULL);
}

int ledger_imports_any(struct ledger *ledger)
{
	return ask_number(ledger, STMT_IMPORTS_ANY, NULL);
}

int ledger_import_has_name(struct ledger *ledger, const char *name)
{
	return ask_number(ledger, STMT_IMPORT_HAS_NAME, name);
}

int ledger_imports_set_whole(struct ledger *ledger)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_IMPORTS_SET_WHOLE, &r);

	return stmt ? ledger_run(stmt) : r;
}

/* ---- one import ---- */

/* Reads the columns of IMPORT_COLUMNS. Without a digest the version is 0: the content was not
 * fetched. Returns 0 or -ENOMEM. */
static int read_import(sqlite3_stmt *stmt, struct import_record *import)
{
	import->state = (enum import_state)sqlite3_column_int(stmt, 2);
	import->create_ms = sqlite3_column_int64(stmt, 3);
	import->version = sqlite3_column_int64(stmt, 4);
	if (sqlite3_column_bytes(stmt, 5) == CONTENT_DIGEST_SIZE)
		memcpy(import->digest, sqlite3_column_blob(stmt, 5), CONTENT_DIGEST_SIZE);
	else
		import->version = 0;
	import->checked_ms = sqlite3_column_int64(stmt, 6);
	import->listed_version = sqlite3_column_int64(stmt, 13);
	import->read_version = sqlite3_column_int64(stmt, 14);
	if (ledger_column_text(stmt, 0, &import->job_id) < 0 ||
	    ledger_column_text(stmt, 1, &import->name) < 0 ||
	    ledger_column_text(stmt, 7, &import->error) < 0)
		return -ENOMEM;
	return ledger_column_attrs(stmt, 8, &import->attrs);
}

/* Runs a query for one import. text: its parameter, a name or a job ID. Returns 0, -ENOENT or
 * another -errno. */
static int find_import(struct ledger *ledger, enum ledger_statement which, const char *text,
		       struct import_record *ret_import)
{
	struct import_record import = {0};
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, text);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		r = read_import(stmt, &import);
	else
		r = code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
	sqlite3_reset(stmt);
	if (r < 0)
		import_record_finish(&import);
	else
		*ret_import = import;
	return r;
}

int ledger_import_find(struct ledger *ledger, const char *name, struct import_record *ret_import)
{
	return find_import(ledger, STMT_IMPORT_FIND, name, ret_import);
}

int ledger_import_remembered(struct ledger *ledger, const char *name,
			     struct import_record *ret_import)
{
	return find_import(ledger, STMT_IMPORT_REMEMBERED, name, ret_import);
}

int ledger_import_get(struct ledger *ledger, const char *job_id, struct import_record *ret_import)
{
	return find_import(ledger, STMT_IMPORT_GET, job_id, ret_import);
}

int ledger_import_glance(struct ledger *ledger, const char *name, struct import_glance *ret_glance)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_IMPORT_GLANCE, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, name);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*ret_glance = (struct import_glance){
			/* + 1: the text of NAME.id ends with a newline */
			.id_size = (uint64_t)sqlite3_column_int64(stmt, 0) + 1,
			.error_size = (uint64_t)sqlite3_column_int64(stmt, 1),
			.is_fetched = sqlite3_column_int64(stmt, 2) > 0,
			.changed_ms = sqlite3_column_int64(stmt, 3),
		};
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
}

/* ---- changes of one import, or of all that the catalogue lists ---- */

/* Runs a statement that writes, with one text as its parameter. Returns 0 or -errno. */
static int change_import(struct ledger *ledger, enum ledger_statement which, const char *text)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, which, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, text);
	return ledger_run(stmt);
}

int ledger_import_add(struct ledger *ledger, const char *job_id, int64_t create_ms)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_IMPORT_ADD, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, job_id);
	sqlite3_bind_int64(stmt, 2, create_ms);
	return ledger_run(stmt);
}

int ledger_imports_add_listed(struct ledger *ledger)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_IMPORTS_ADD_LISTED, &r);

	return stmt ? ledger_run(stmt) : r;
}

/* Runs a statement that changes an import: its parameters are the job ID, a text and the time.
 * Returns 0 or -errno. */
static int change_text(struct ledger *ledger, enum ledger_statement which, const char *job_id,
		       const char *text)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, which, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, job_id);
	ledger_bind_text(stmt, 2, text);
	sqlite3_bind_int64(stmt, 3, clock_realtime_ms());
	return ledger_run(stmt);
}

int ledger_import_place(struct ledger *ledger, const char *job_id, const char *name)
{
	return change_text(ledger, STMT_IMPORT_PLACE, job_id, name);
}

int ledger_import_tell(struct ledger *ledger, const char *job_id, const char *story)
{
	return change_text(ledger, STMT_IMPORT_TELL, job_id, story);
}

int ledger_import_fetched(struct ledger *ledger, const struct import_record *import)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_IMPORT_FETCHED, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, import->job_id);
	sqlite3_bind_int64(stmt, 2, import->version);
	sqlite3_bind_blob(stmt, 3, import->digest, CONTENT_DIGEST_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 4, import->checked_ms);
	ledger_bind_attrs(stmt, 5, &import->attrs);
	return ledger_run(stmt);
}

int ledger_import_read(struct ledger *ledger, const char *job_id)
{
	return change_import(ledger, STMT_IMPORT_READ, job_id);
}

int ledger_import_hide(struct ledger *ledger, const char *job_id)
{
	return change_import(ledger, STMT_IMPORT_HIDE, job_id);
}

int ledger_import_leave(struct ledger *ledger, const char *job_id)
{
	int r = change_import(ledger, STMT_IMPORT_LEAVE, job_id);

	if (r < 0)
		return r;
	if (sqlite3_changes(ledger->db) > 0) {
		ledger->imports_leave = true;
		return 0;
	}
	return change_import(ledger, STMT_IMPORT_DROP_UNPLACED, job_id);
}

int ledger_import_bound(struct ledger *ledger, const char *job_id, int64_t row)
{
	/* most jobs that were made here never were imports: then nothing is written */
	int r = ask_number(ledger, STMT_IMPORT_HAS_JOB, job_id);
	sqlite3_stmt *stmt;

	if (r <= 0)
		return r;
	stmt = ledger_write(ledger, STMT_IMPORT_DROP_OF_ROW, &r);
	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, job_id);
	sqlite3_bind_int64(stmt, 2, row);
	r = ledger_run(stmt);
	return r < 0 ? r : ledger_import_leave(ledger, job_id);
}

bool ledger_imports_take_leaving(struct ledger *ledger)
{
	bool leave = ledger->imports_leave;

	ledger->imports_leave = false;
	return leave;
}

int ledger_import_drop(struct ledger *ledger, const char *job_id)
{
	return change_import(ledger, STMT_IMPORT_DROP, job_id);
}

int ledger_import_take_name(struct ledger *ledger, const char *name)
{
	int r = change_import(ledger, STMT_IMPORT_DROP_LEAVING, name);

	return r < 0 ? r : change_import(ledger, STMT_IMPORT_TAKE_NAME, name);
}

/* ---- many imports ---- */

/* Prepares a query for at most max imports after `after`, which may be NULL if the query has no
 * such parameter. Returns NULL with *ret_r set on failure. */
static sqlite3_stmt *query_imports(struct ledger *ledger, enum ledger_statement which,
				   const char *after, int max, int *ret_r)
{
	sqlite3_stmt *stmt = ledger_read(ledger, which, ret_r);

	if (!stmt)
		return NULL;
	/* SQLite copies `after`: the caller's fn writes the last ID into the same buffer */
	if (after && sqlite3_bind_text(stmt, 2, after, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
		*ret_r = -ENOMEM;
		return NULL;
	}
	sqlite3_bind_int(stmt, 1, max);
	return stmt;
}

static int end_query(sqlite3_stmt *stmt, int code, int r)
{
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return r < 0 ? r : ledger_errno(code);
}

int ledger_imports_unplaced(struct ledger *ledger, const struct import_place *place, int max,
			    int (*fn)(void *data, const char *job_id, int64_t create_ms,
				      const char *job_name),
			    void *data)
{
	int r = 0, code = SQLITE_DONE;
	sqlite3_stmt *stmt = query_imports(ledger, STMT_IMPORTS_UNPLACED, place->job_id, max, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 3, place->create_ms);
	while (r >= 0 && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *job_id = (const char *)sqlite3_column_text(stmt, 0);
		const char *job_name = (const char *)sqlite3_column_text(stmt, 2);

		r = job_id && job_name ? fn(data, job_id, sqlite3_column_int64(stmt, 1), job_name)
				       : -ENOMEM;
	}
	return end_query(stmt, code, r);
}

/* Calls fn for each import of a query. Returns 0, what fn returned if that is negative, or
 * -errno. */
static int walk_imports(struct ledger *ledger, enum ledger_statement which, const char *after,
			int max, int (*fn)(void *data, const struct import_record *import),
			void *data)
{
	int r = 0, code = SQLITE_DONE;
	sqlite3_stmt *stmt = query_imports(ledger, which, after, max, &r);

	if (!stmt)
		return r;
	while (r >= 0 && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		_cleanup_import_record_ struct import_record import = {0};

		r = read_import(stmt, &import);
		if (r == 0)
			r = fn(data, &import);
	}
	return end_query(stmt, code, r);
}

int ledger_imports_named(struct ledger *ledger, const char *after, int max,
			 int (*fn)(void *data, const struct import_record *import), void *data)
{
	return walk_imports(ledger, STMT_IMPORTS_NAMED, after, max, fn, data);
}

int ledger_imports_placed(struct ledger *ledger, const char *after, int max,
			  int (*fn)(void *data, const struct import_record *import), void *data)
{
	return walk_imports(ledger, STMT_IMPORTS_PLACED, after, max, fn, data);
}

int ledger_imports_leaving(struct ledger *ledger, int max,
			   int (*fn)(void *data, const struct import_record *import), void *data)
{
	return walk_imports(ledger, STMT_IMPORTS_LEAVING, NULL, max, fn, data);
}
