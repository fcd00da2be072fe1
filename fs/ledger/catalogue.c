/* SPDX-License-Identifier: MIT */
/*
 * The catalogue: a row for each job that the service has listed, in the order of the IDs. A scan
 * (submit/scan.c) writes page by page. A row that has not changed is not written again. A first
 * scan that has not ended, or was killed, leaves only a part of the jobs. So the ledger also keeps
 * the time of the last whole scan. While there was none, no job is shown.
 */
#define _GNU_SOURCE
#include "ledger/catalogue.h"

#include <errno.h>

#include "ledger/db.h"
#include "ledger/owners.h"

int ledger_catalogue_put(struct ledger *ledger, const struct ledger_listed *job)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_CATALOGUE_PUT, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, job->job_id);
	ledger_bind_text(stmt, 2, job->name);
	sqlite3_bind_int64(stmt, 3, job->version);
	sqlite3_bind_int64(stmt, 4, job->create_ms);
	sqlite3_bind_int64(stmt, 5, job->update_ms);
	ledger_bind_text(stmt, 6, job->creator);
	ledger_bind_text(stmt, 7, job->modifier);
	ledger_bind_text(stmt, 8, job->project);
	r = ledger_run(stmt);
	return r < 0 ? r : sqlite3_changes(ledger->db) > 0;
}

int ledger_catalogue_drop(struct ledger *ledger, const char *job_id)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_CATALOGUE_DROP, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, job_id);
	return ledger_run(stmt);
}

int ledger_catalogue_complete(struct ledger *ledger, int64_t begun_ms)
{
	return ledger_run_row(ledger, STMT_CATALOGUE_COMPLETE, begun_ms);
}

int ledger_catalogue_accept(struct ledger *ledger)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_CATALOGUE_ACCEPT, &r);

	return stmt ? ledger_run(stmt) : r;
}

int ledger_catalogue_when(struct ledger *ledger, int64_t *ret_begun_ms)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_CATALOGUE_WHEN, &r);

	if (!stmt)
		return r;
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*ret_begun_ms = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? -EUCLEAN : ledger_errno(code);
}

/* Prepares a query for at most max jobs with an ID after `after`. Returns NULL with *ret_r set on
 * failure. */
static sqlite3_stmt *query_after(struct ledger *ledger, enum ledger_statement which,
				 const char *after, int max, int *ret_r)
{
	sqlite3_stmt *stmt = ledger_read(ledger, which, ret_r);

	if (!stmt)
		return NULL;
	/* SQLite copies `after`: the caller's fn writes the last ID into the same buffer */
	if (sqlite3_bind_text(stmt, 1, after, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
		*ret_r = -ENOMEM;
		return NULL;
	}
	sqlite3_bind_int(stmt, 2, max);
	return stmt;
}

static int end_query(sqlite3_stmt *stmt, int code, int r)
{
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return r < 0 ? r : ledger_errno(code);
}

int ledger_catalogue_ids(struct ledger *ledger, const char *after, int max,
			 int (*fn)(void *data, const char *job_id, bool is_accepted), void *data)
{
	int r = 0, code = SQLITE_DONE;
	sqlite3_stmt *stmt = query_after(ledger, STMT_CATALOGUE_IDS, after, max, &r);

	if (!stmt)
		return r;
	while (r >= 0 && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *job_id = (const char *)sqlite3_column_text(stmt, 0);

		r = job_id ? fn(data, job_id, sqlite3_column_int(stmt, 1)) : -ENOMEM;
	}
	return end_query(stmt, code, r);
}

int ledger_catalogue_list(struct ledger *ledger, const char *after, int max,
			  int (*fn)(void *data, const struct ledger_catalogue_row *row), void *data)
{
	int r = 0, code = SQLITE_DONE;
	sqlite3_stmt *stmt = query_after(ledger, STMT_CATALOGUE_LIST, after, max, &r);

	if (!stmt)
		return r;
	while (r >= 0 && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		const bool is_bound = sqlite3_column_type(stmt, 8) != SQLITE_NULL;
		const struct ledger_catalogue_row row = {
			.job = {.job_id = (const char *)sqlite3_column_text(stmt, 0),
				.name = (const char *)sqlite3_column_text(stmt, 1),
				.version = sqlite3_column_int64(stmt, 2),
				.create_ms = sqlite3_column_int64(stmt, 3),
				.update_ms = sqlite3_column_int64(stmt, 4),
				.creator = (const char *)sqlite3_column_text(stmt, 5),
				.modifier = (const char *)sqlite3_column_text(stmt, 6),
				.project = (const char *)sqlite3_column_text(stmt, 7)},
			.path = is_bound ? (const char *)sqlite3_column_text(stmt, 9) : NULL,
			.is_aside = sqlite3_column_int(stmt, 10),
			.holding = ledger_column_holding(stmt, 11),
			.import_name = (const char *)sqlite3_column_text(stmt, 19),
		};

		r = row.job.job_id && row.job.name && (row.path || !is_bound) ? fn(data, &row)
									      : -ENOMEM;
	}
	return end_query(stmt, code, r);
}
