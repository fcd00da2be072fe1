/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_DB_H
#define COCFS_SERVICE_STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The database under the store: SQLite or PostgreSQL. What the store does is said once, in numbered
 * statements whose places are ?1, ?2, …; a driver runs them. One thread at a time.
 *
 * All functions that return an int fail with -ENOMEM, -ENOSPC, -EBUSY (others hold what is wanted),
 * -EROFS, -EACCES or -EIO and err filled, besides the errors that they name.
 */
struct db;

enum statement {
	ST_BEGIN_ONE, /* a savepoint */
	ST_KEEP_ONE,
	ST_UNDO_ONE,
	ST_INSERT,
	ST_INSERT_VERSION,
	ST_FIND,
	ST_FIND_TO_CHANGE, /* nobody else changes the row before the transaction is over */
	ST_UPDATE,
	ST_DELETE,
	ST_SHOW,
	ST_VERSIONS,
	ST_LIST,
	ST_COUNT,
	ST_LIST_AFTER, /* as ST_LIST, from below a number on instead of from an offset */
	ST_LIST_EVERY, /* as ST_LIST, without a filter */
	ST_COUNT_EVERY,
	ST_STATE,      /* a text that is another one when anything has changed, or may have */
	ST_FIND_PARTS, /* numbers of documents whose names have parts in one of four ranges */
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

/* The statements as SQLite takes them, and PostgreSQL those that it has no text of its own for. */
extern const char *const db_statements[STATEMENTS];

/* A value for a place of a statement; a text is borrowed. */
struct db_value {
	enum { DB_TEXT, DB_NUMBER } kind;
	bool is_null;
	const char *text;
	int64_t number;
};

/* A text, or null for NULL. */
static inline struct db_value db_of_text(const char *text)
{
	return (struct db_value){.kind = DB_TEXT, .is_null = !text, .text = text};
}

static inline struct db_value db_of_number(int64_t number)
{
	return (struct db_value){.kind = DB_NUMBER, .number = number};
}

/* A null where there might be a number. */
static inline struct db_value db_no_number(void)
{
	return (struct db_value){.kind = DB_NUMBER, .is_null = true};
}

#define DB_COUNT(values) ((int)(sizeof(values) / sizeof((values)[0])))

/* A row of an answer; valid while the callback that gets it runs. */
struct db_row {
	const struct db_ops *ops;
	void *at; /* the driver's */
};

/* A column as text, NULL when it is null (or out of memory); valid as the row is. */
const char *db_text(const struct db_row *row, int column);

/* A column as a number, 0 when it is null. */
int64_t db_number(const struct db_row *row, int column);

/*
 * Gets a row. Returns 0 to go on, more to see no more rows, or a negative value to end the query
 * with it. It must not use the database.
 */
typedef int db_row_fn(void *data, const struct db_row *row);

/* What a driver does; the functions are those below. A driver's database begins with struct db. */
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
	struct err last; /* of the last call; errnum 0: it went well */
};

/* Begins a transaction. */
int db_begin(struct db *db, struct err *err);

/*
 * Makes the transaction durable. An error: it is over, and was not made; but when the connection to
 * the database broke at this moment, which is an -EIO, nobody can know.
 */
int db_commit(struct db *db, struct err *err);

/* Gives the transaction up, if there is one. */
void db_undo(struct db *db);

/* False also when the database has undone the transaction by itself, or is gone. */
bool db_in_transaction(const struct db *db);

/* Runs a statement that gives no row. Returns 0 and, if it is asked for, how many rows it
 * changed. */
int db_run(struct db *db, enum statement which, const struct db_value *values, int n_values,
	   int64_t *ret_changed, struct err *err);

/*
 * Runs a statement that gives rows, to the end or until each() has had enough. Returns how many
 * rows it was given, or its negative value, for which err is not filled.
 */
int db_query(struct db *db, enum statement which, const struct db_value *values, int n_values,
	     db_row_fn *each, void *data, struct err *err);

/* Closes and frees; NULL is accepted. What is in a transaction is undone. */
void db_close(struct db *db);

#endif
