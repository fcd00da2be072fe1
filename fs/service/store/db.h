/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_DB_H
#define COCFS_SERVICE_STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The database under the store: SQLite or PostgreSQL. The store uses numbered statements whose
 * values stand at ?1, ?2, …; a driver runs them. One thread at a time.
 *
 * All functions that return an int fail with -ENOMEM, -ENOSPC, -EBUSY (others have locked the row
 * or file), -EROFS, -EACCES or -EIO. Errors that only one function has stand at that function.
 * After a failure err is filled.
 */
struct db;

enum statement {
	ST_BEGIN_ONE, /* begins the savepoint of one change */
	ST_KEEP_ONE,
	ST_UNDO_ONE,
	ST_INSERT,
	ST_INSERT_VERSION,
	ST_FIND,
	ST_FIND_TO_CHANGE, /* as ST_FIND; the row is locked until the transaction ends */
	ST_UPDATE,
	ST_DELETE,
	ST_SHOW,
	ST_VERSIONS,
	ST_LIST,
	ST_COUNT,
	ST_LIST_AFTER, /* as ST_LIST, but from below a row number, and not from an offset */
	ST_LIST_EVERY, /* as ST_LIST, without a filter */
	ST_COUNT_EVERY,
	ST_STATE,      /* a text for the state of the database, which differs after any change */
	ST_FIND_PARTS, /* numbers of documents that have a part (list.c) in one of four ranges */
	ST_LIST_FOUND, /* as ST_LIST, of documents whose numbers are in a JSON array */
	ST_COUNT_FOUND,
	ST_EXECUTE,
	ST_EXECUTION,
	ST_EXECUTION_TO_CHANGE,
	ST_EXECUTIONS,
	ST_COUNT_EXECUTIONS,
	ST_OPERATE,
	STATEMENTS,
};

/* The statements for SQLite. PostgreSQL uses them too, if it has no text of its own for one. */
extern const char *const db_statements[STATEMENTS];

/* A value for a "?" of a statement: a text (borrowed), a number, or null. */
struct db_value {
	enum { DB_TEXT, DB_NUMBER } kind;
	bool is_null;
	const char *text;
	int64_t number;
};

/* Makes a value for a statement from a text, which is borrowed; null if text is NULL. */
static inline struct db_value db_of_text(const char *text)
{
	return (struct db_value){.kind = DB_TEXT, .is_null = !text, .text = text};
}

static inline struct db_value db_of_number(int64_t number)
{
	return (struct db_value){.kind = DB_NUMBER, .number = number};
}

/* Makes the value null for a statement, in a place where the column is a number. */
static inline struct db_value db_no_number(void)
{
	return (struct db_value){.kind = DB_NUMBER, .is_null = true};
}

#define DB_COUNT(values) ((int)(sizeof(values) / sizeof((values)[0])))

/* A row of an answer. The row is valid while the callback runs. */
struct db_row {
	const struct db_ops *ops;
	void *at; /* the row, as the driver has it */
};

/* Returns a column (from 0) as a text; NULL if the column is null, or without memory. The text is
 * valid as long as the row. */
const char *db_text(const struct db_row *row, int column);

/* Returns a column (from 0) as a number; 0 if the column is null. */
int64_t db_number(const struct db_row *row, int column);

/*
 * Called with a row. Returns 0 to go on, a positive number to get no more rows, or a negative
 * number to end the query with that number. Must not use the database.
 */
typedef int db_row_fn(void *data, const struct db_row *row);

/* The functions of a driver. The function db_NAME() below calls NAME, and says what NAME has to do.
 * A driver's own struct begins with struct db. */
struct db_ops {
	int (*begin)(struct db *db, struct err *err);
	int (*commit)(struct db *db, struct err *err);
	void (*undo)(struct db *db);
	bool (*in_transaction)(const struct db *db);
	int (*run)(struct db *db, enum statement which, const struct db_value *values, int n_values,
		   int64_t *ret_changed, struct err *err);
	int (*query)(struct db *db, enum statement which, const struct db_value *values,
		     int n_values, db_row_fn *each, void *data, struct err *err);
	const char *(*text)(const struct db_row *row, int column);
	int64_t (*number)(const struct db_row *row, int column);
	void (*close)(struct db *db);
};

struct db {
	const struct db_ops *ops;
	struct err last; /* the error of the last call; errnum 0: there was none */
};

/* Begins a transaction. Call this only if none has begun. Returns 0, or -errno with err filled. */
int db_begin(struct db *db, struct err *err);

/*
 * Makes the transaction durable. After an error the transaction is over, and its changes are not
 * made. One error is different: if the connection to the database breaks at this moment (-EIO),
 * nobody can know whether they are made.
 */
int db_commit(struct db *db, struct err *err);

/* Undoes all changes of the transaction and ends it. Does nothing if there is none. Cannot fail. */
void db_undo(struct db *db);

/* Is there a transaction? False if the database has undone it by itself, or is gone. */
bool db_in_transaction(const struct db *db);

/* Runs a statement that gives no row. Returns 0 or -errno. *ret_changed (ret_changed may be NULL):
 * how many rows the statement changed. */
int db_run(struct db *db, enum statement which, const struct db_value *values, int n_values,
	   int64_t *ret_changed, struct err *err);

/*
 * Runs a statement that gives rows, and calls each() with each row until each() ends it. Returns
 * how many rows each() got. Returns the negative number of each(), and then err is not filled; or
 * -errno.
 */
int db_query(struct db *db, enum statement which, const struct db_value *values, int n_values,
	     db_row_fn *each, void *data, struct err *err);

/* Closes and frees the database. NULL is accepted. A transaction is undone. */
void db_close(struct db *db);

#endif
