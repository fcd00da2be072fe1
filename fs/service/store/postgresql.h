/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_POSTGRESQL_H
#define COCFS_SERVICE_STORE_POSTGRESQL_H

#include <libpq-fe.h>

#include "base/cleanup.h"
#include "service/store/db.h"

/* The driver of PostgreSQL; its parts only. */
struct db_postgresql {
	struct db db;
	char *uri;
	PGconn *connection;	   /* NULL: there is none */
	bool prepared[STATEMENTS]; /* on this connection */
	bool begun;		   /* a transaction; also when its connection is gone since */
	bool changed;		   /* something since the savepoint */
	int64_t turn_ends_ms;	   /* monotonic: when what is under way is given up */
	int64_t next_try_ms;	   /* monotonic: when to connect again */
	struct err refused;	   /* why there is no connection */
};

DEFINE_CLEANUP(PGresult *, PQclear)

extern const struct db_ops db_postgresql_ops;

/* Statements that PostgreSQL has its own text for; NULL: it is as in db_statements. */
extern const char *const postgresql_statements[STATEMENTS];

/* Runs statements without values, the last of which may give one row. Returns 0 and, if it is asked
 * for, an owned result, or -errno. */
int postgresql_simply(struct db_postgresql *postgresql, const char *text, PGresult **ret_result,
		      struct err *err);

/* Begins a turn: the time that a transaction, or a read without one, may take. */
void postgresql_begin_turn(struct db_postgresql *postgresql);

/*
 * Fills err from a result that is not what it should be, or from the connection without one (NULL).
 * Returns its negative errno. A connection that is broken is given up.
 */
int postgresql_error(struct db_postgresql *postgresql, const PGresult *result, struct err *err);

#endif
