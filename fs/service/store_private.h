/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_PRIVATE_H
#define COCFS_SERVICE_STORE_PRIVATE_H

#include <sqlite3.h>

#include "base/buf.h"
#include "service/store.h"

enum statement {
	ST_BEGIN,
	ST_COMMIT,
	ST_ROLLBACK,
	ST_BEGIN_ONE,
	ST_KEEP_ONE,
	ST_UNDO_ONE,
	ST_INSERT,
	ST_INSERT_VERSION,
	ST_FIND,
	ST_UPDATE,
	ST_DELETE,
	ST_SHOW,
	ST_VERSIONS,
	ST_LIST,
	ST_COUNT,
	ST_EXECUTE,
	ST_EXECUTION,
	ST_EXECUTIONS,
	ST_COUNT_EXECUTIONS,
	ST_OPERATE,
	STATEMENTS,
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS]; /* prepared once, when the store is opened */
	bool gathers;			      /* since store_gather() */
	bool has_changes;		      /* begun since the last store_settle() */
	struct err lost; /* why all that was gathered is undone already; errnum 0: it is not */
};

#define STORE_ID_RANDOM_CHARS 8
/* an ID that is taken is one in 10^12 a second; four in a row are a fault */
#define STORE_ID_ATTEMPTS 4

/* A statement in use; it is reset when it goes out of scope. */
static inline void store_reset(sqlite3_stmt **statement)
{
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}
#define _cleanup_reset_ __attribute__((cleanup(store_reset)))

/* Binds a borrowed text, or NULL. Returns an SQLite code. */
static inline int store_bind_text(sqlite3_stmt *statement, int place, const char *text)
{
	return text ? sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC) : SQLITE_OK;
}

/* A column as text, NULL when it is null; valid until the next step. */
static inline const char *store_text(sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

/* Begins a change. Returns 0 or -errno. */
int store_begin(struct store *store, struct err *err);

/* Ends what store_begin() began: commits if the work went well (r is 0), else undoes it. Returns r,
 * or what the commit failed with. */
int store_finish(struct store *store, int r, struct err *err);

/*
 * Makes an ID: the prefix, the UTC time in so many digits (14: to the second, 17: to the ms), and
 * STORE_ID_RANDOM_CHARS random characters. Returns 0 or -EIO.
 */
int store_make_id(const char *prefix, int64_t now_ms, int digits, char *ret_id);

/* The LIKE pattern of a text that may be anywhere in a name. Returns 0 or -ENOMEM. */
int store_make_pattern(const char *text, struct buf *out);

/* Fills err from the database's last error. Returns its negative errno. */
int store_error(sqlite3 *db, struct err *err);

#endif
