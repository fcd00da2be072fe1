/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_POSTGRESQL_H
#define COCFS_SERVICE_STORE_POSTGRESQL_H

#include <libpq-fe.h>

#include "base/cleanup.h"
#include "service/store/db.h"

/* The driver of PostgreSQL. Only the driver's own files use this header. */
struct db_postgresql {
	struct db db;
	char *uri;
	PGconn *connection;	   /* NULL: there is no connection */
	bool prepared[STATEMENTS]; /* by statement: prepared on this connection */
	bool begun;		   /* a transaction has begun; its connection may be lost since */
	bool changed;		   /* a change has begun since the savepoint */
	int64_t work_ends_ms;	   /* monotonic: when the present unit of work is given up */
	int64_t next_try_ms;	   /* monotonic: when the next attempt to connect may begin */
	struct err refused;	   /* why there is no connection */
};

DEFINE_CLEANUP(PGresult *, PQclear)

extern const struct db_ops db_postgresql_ops;

/* PostgreSQL's own texts of statements; NULL: the text of db_statements is used. */
extern const char *const postgresql_statements[STATEMENTS];

/* Runs statements without values. Returns 0 or -errno. *ret_result (ret_result may be NULL): the
 * result of the last statement, which the caller clears. */
int postgresql_simply(struct db_postgresql *postgresql, const char *text, PGresult **ret_result,
		      struct err *err);

/* Begins a unit of work: a transaction, or a read without one. A statement of the unit that is not
 * done after POSTGRESQL_WORK_MS fails. */
void postgresql_begin_work(struct db_postgresql *postgresql);

/*
 * Fills err from a bad result, or from the connection if result is NULL. Returns the -errno. Closes
 * a broken connection.
 */
int postgresql_error(struct db_postgresql *postgresql, const PGresult *result, struct err *err);

#endif
