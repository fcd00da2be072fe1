/* SPDX-License-Identifier: MIT */
/*
 * Runs statements on PostgreSQL. A statement is prepared once on each connection. Each wait has an
 * end, so a database that stands still holds nobody for ever.
 *
 * If a connection breaks, its transaction is lost. Until db_undo() ends that transaction,
 * everything fails, so no statement runs without its transaction by mistake. If there is no
 * transaction, a statement that finds a broken connection is tried once more on a new one: the
 * statement has done nothing yet. If it has given a row already, it fails instead.
 */
#define _GNU_SOURCE
#include "service/store/postgresql.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "service/bounds.h"
#include "service/store/postgresql_connect.h"

#define VALUES_MAX 20
#define NUMBER_SIZE 21

/* The OIDs of the types bigint and text. They are the same in every PostgreSQL database. */
#define OID_BIGINT 20
#define OID_TEXT 25

static struct db_postgresql *postgresql_of(struct db *db)
{
	return (struct db_postgresql *)db;
}

void postgresql_begin_work(struct db_postgresql *postgresql)
{
	postgresql->work_ends_ms = clock_monotonic_ms() + POSTGRESQL_WORK_MS;
}

int postgresql_error(struct db_postgresql *postgresql, const PGresult *result, struct err *err)
{
	static const struct {
		const char *state; /* an SQLSTATE, or its beginning */
		int errnum;
	} table[] = {
		{"53100", ENOSPC}, {"53200", ENOMEM}, {"40", EBUSY},	 {"55P03", EBUSY},
		{"57014", EBUSY},  {"25006", EROFS},  {"42501", EACCES}, {"28", EACCES},
	};
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	int errnum = EIO;

	for (size_t i = 0; state && i < sizeof(table) / sizeof(table[0]); i++)
		if (!strncmp(state, table[i].state, strlen(table[i].state)))
			errnum = table[i].errnum;
	if (!text)
		text = PQerrorMessage(postgresql->connection);
	err_set(err, errnum, "the database: %.*s", (int)strcspn(text, "\n"), text);
	if (PQstatus(postgresql->connection) == CONNECTION_BAD)
		postgresql_disconnect(postgresql);
	return -errnum;
}

/* Call this function when no answer has come by work_ends_ms. Closes the connection, and lets no
 * attempt to connect begin for POSTGRESQL_RETRY_MS: a caller that has waited so long must not wait
 * again. Returns -EIO with err filled. */
static int is_silent(struct db_postgresql *postgresql, struct err *err)
{
	postgresql_disconnect(postgresql);
	postgresql->next_try_ms = clock_monotonic_ms() + POSTGRESQL_RETRY_MS;
	err_set(&postgresql->refused, EIO, "the database does not answer");
	if (err)
		*err = postgresql->refused;
	return -EIO;
}

/* Waits for the next result of the server. Returns 0 and in *ret_result the result, which the
 * caller clears; NULL after the last result. Returns -EIO after it has closed the connection. */
static int next_result(struct db_postgresql *postgresql, PGresult **ret_result, struct err *err)
{
	PGconn *connection = postgresql->connection;
	int unsent;

	while ((unsent = PQflush(connection)) > 0 || PQisBusy(connection)) {
		struct pollfd fd = {.fd = PQsocket(connection),
				    .events = (short)(POLLIN | (unsent > 0 ? POLLOUT : 0))};
		int64_t wait_ms = postgresql->work_ends_ms - clock_monotonic_ms();
		int n = wait_ms > 0 ? poll(&fd, 1, (int)wait_ms) : 0;

		if (n == 0)
			return is_silent(postgresql, err);
		if (n > 0 && (fd.revents & ~POLLOUT) && !PQconsumeInput(connection)) {
			postgresql_error(postgresql, NULL, err);
			postgresql_disconnect(postgresql);
			return -EIO;
		}
	}
	*ret_result = PQgetResult(connection);
	return 0;
}

/* Reads all results of the server. Returns 0 and in *ret_result (ret_result may be NULL) the last
 * good result. Otherwise returns the -errno of the first bad one, or of a broken connection, with
 * err filled. */
static int hear_answer(struct db_postgresql *postgresql, PGresult **ret_result, struct err *err)
{
	_cleanup_(PQclear) PGresult *last = NULL;
	PGresult *result = NULL;
	int r = 0, heard;

	while ((heard = next_result(postgresql, &result, r ? NULL : err)) == 0 && result) {
		ExecStatusType status = PQresultStatus(result);

		if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
			PQclear(last);
			last = result;
			continue;
		}
		if (r == 0)
			r = postgresql_error(postgresql, result, err);
		PQclear(result);
		if (!postgresql->connection)
			return r;
	}
	if (r == 0)
		r = heard;
	if (r == 0 && ret_result)
		*ret_result = steal_ptr(last);
	return r;
}

int postgresql_simply(struct db_postgresql *postgresql, const char *text, PGresult **ret_result,
		      struct err *err)
{
	if (!PQsendQuery(postgresql->connection, text))
		return postgresql_error(postgresql, NULL, err);
	return hear_answer(postgresql, ret_result, err);
}

static bool postgresql_in_transaction(const struct db *db)
{
	const struct db_postgresql *postgresql = (const struct db_postgresql *)db;
	PGTransactionStatusType status = PQtransactionStatus(postgresql->connection);

	return postgresql->begun && (status == PQTRANS_INTRANS || status == PQTRANS_INERROR);
}

static int postgresql_begin(struct db *db, struct err *err)
{
	struct db_postgresql *postgresql = postgresql_of(db);
	int r = 0;

	for (int attempt = 0; attempt < 2; attempt++) {
		r = postgresql_connect(postgresql, err);
		if (r < 0)
			return r;
		r = postgresql_simply(postgresql,
				      "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
				      "SAVEPOINT one",
				      NULL, err);
		postgresql->begun = r == 0;
		postgresql->changed = false;
		if (postgresql->connection)
			return r;
	}
	return r;
}

static void postgresql_undo(struct db *db)
{
	bool there = postgresql_in_transaction(db);

	postgresql_of(db)->begun = false;
	/* without a connection there is nothing to undo: nobody can commit the transaction */
	if (there && postgresql_simply(postgresql_of(db), "ROLLBACK", NULL, NULL) < 0)
		postgresql_disconnect(postgresql_of(db));
}

static int lost_connection(struct err *err)
{
	return err_set(err, EIO, "the connection to the database was lost");
}

static int postgresql_commit(struct db *db, struct err *err)
{
	_cleanup_(PQclear) PGresult *result = NULL;
	int r;

	if (!postgresql_in_transaction(db)) {
		postgresql_of(db)->begun = false;
		return lost_connection(err);
	}
	r = postgresql_simply(postgresql_of(db), "COMMIT", &result, err);
	postgresql_of(db)->begun = false;
	if (r < 0 && !postgresql_of(db)->connection)
		err_context(err, "whether it was done is not known");
	/* after an error in the transaction PostgreSQL answers COMMIT with ROLLBACK */
	if (r == 0 && strcmp(PQcmdStatus(result), "COMMIT"))
		r = err_set(err, EIO, "the database has undone the changes");
	return r;
}

/* Prepares a statement, if this connection has not prepared it yet. Returns 0, or -errno with err
 * filled. */
static int prepare_on_server(struct db_postgresql *postgresql, enum statement which,
			     const Oid *types, int n_values, const char *name, struct err *err)
{
	const char *own = postgresql_statements[which];
	_cleanup_free_ char *text = strdup(own ? own : db_statements[which]);
	int r;

	if (postgresql->prepared[which])
		return 0;
	if (!text)
		return err_set(err, ENOMEM, "out of memory");
	for (char *c = text; (c = strchr(c, '?'));)
		*c = '$';
	if (!PQsendPrepare(postgresql->connection, name, text, n_values, types))
		return postgresql_error(postgresql, NULL, err);
	r = hear_answer(postgresql, NULL, err);
	postgresql->prepared[which] = r == 0;
	return r;
}

/* Sends a statement with its values to the server, after preparing it if needed. Does not wait for
 * the answer. Returns 0, or -errno with err filled. */
static int send_statement(struct db_postgresql *postgresql, enum statement which,
			  const struct db_value *values, int n_values, struct err *err)
{
	char name[NUMBER_SIZE], numbers[VALUES_MAX][NUMBER_SIZE];
	const char *texts[VALUES_MAX];
	Oid types[VALUES_MAX];
	int r;

	if (n_values > VALUES_MAX)
		return err_set(err, EIO, "too many values");
	for (int i = 0; i < n_values; i++) {
		types[i] = values[i].kind == DB_TEXT ? OID_TEXT : OID_BIGINT;
		texts[i] = values[i].kind == DB_TEXT ? values[i].text : numbers[i];
		if (values[i].is_null)
			texts[i] = NULL;
		else if (values[i].kind == DB_NUMBER)
			snprintf(numbers[i], NUMBER_SIZE, "%" PRId64, values[i].number);
	}
	snprintf(name, sizeof(name), "s%d", (int)which);
	r = prepare_on_server(postgresql, which, types, n_values, name, err);
	if (r == 0 &&
	    (!PQsendQueryPrepared(postgresql->connection, name, n_values, texts, NULL, NULL, 0) ||
	     !PQsetSingleRowMode(postgresql->connection)))
		r = postgresql_error(postgresql, NULL, err);
	return r;
}

static const char *postgresql_text(const struct db_row *row, int column)
{
	return PQgetisnull(row->at, 0, column) ? NULL : PQgetvalue(row->at, 0, column);
}

static int64_t postgresql_number(const struct db_row *row, int column)
{
	return PQgetisnull(row->at, 0, column) ? 0
					       : strtoll(PQgetvalue(row->at, 0, column), NULL, 10);
}

/* The callback for the rows of an answer, and the state of reading. */
struct listener {
	db_row_fn *each;
	void *data;
	int rows; /* rows that each() got */
	int r;	  /* what each() returned last; if it is not 0, each() gets no more rows */
	int64_t changed;
};

/* Reads one result of the server's answer: a row for listener->each(), or the end with the number
 * of changed rows. Returns 0, or -errno with err filled. What each() returns is in listener->r. */
static int hear_result(struct db_postgresql *postgresql, const PGresult *result,
		       struct listener *listener, struct err *err)
{
	const struct db_row row = {&db_postgresql_ops, (void *)result};

	switch (PQresultStatus(result)) {
	case PGRES_SINGLE_TUPLE:
		if (listener->r == 0 && listener->each) {
			listener->rows++;
			listener->r = listener->each(listener->data, &row);
		}
		return 0;
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		listener->changed = strtoll(PQcmdTuples((PGresult *)result), NULL, 10);
		return 0;
	default:
		return postgresql_error(postgresql, result, err);
	}
}

/* Runs a statement on the present connection, without connecting again. Returns 0, -errno, or the
 * negative number of each(). */
static int attempt_statement(struct db_postgresql *postgresql, enum statement which,
			     const struct db_value *values, int n_values, struct listener *listener,
			     struct err *err)
{
	PGresult *result = NULL;
	int heard, failed = 0;
	int r = send_statement(postgresql, which, values, n_values, err);

	if (r < 0)
		return r;
	/* read to the end even if each() wants no more rows: only then the connection can be used
	 * again */
	while ((heard = next_result(postgresql, &result, failed ? NULL : err)) == 0 && result) {
		r = hear_result(postgresql, result, listener, failed ? NULL : err);
		PQclear(result);
		failed = failed ? failed : r;
		if (!postgresql->connection)
			break;
	}
	if (failed)
		return failed;
	return heard < 0 ? heard : listener->r < 0 ? listener->r : 0;
}

static int postgresql_execute(struct db *db, enum statement which, const struct db_value *values,
			      int n_values, struct listener *listener, struct err *err)
{
	struct db_postgresql *postgresql = postgresql_of(db);
	int r;

	if (postgresql->begun)
		return postgresql->connection ? attempt_statement(postgresql, which, values,
								  n_values, listener, err)
					      : lost_connection(err);
	for (int again = 0;; again++) {
		r = postgresql_connect(postgresql, err);
		if (r < 0)
			return r;
		r = attempt_statement(postgresql, which, values, n_values, listener, err);
		if (postgresql->connection || listener->rows || again)
			return r;
		if (err)
			err->errnum = 0;
	}
}

/*
 * Runs a savepoint's statement. Each statement costs a round trip to the database, and savepoints
 * would double their number. So there is a savepoint from the beginning of a transaction. The
 * savepoint is moved only when a change begins after another change. Returns 0, or -errno with err
 * filled.
 */
static int run_savepoint(struct db_postgresql *postgresql, enum statement which, struct err *err)
{
	bool changed = postgresql->changed;

	if (!postgresql->begun || !postgresql->connection)
		return lost_connection(err);
	if (which == ST_KEEP_ONE)
		return 0;
	postgresql->changed = which == ST_BEGIN_ONE;
	if (which == ST_BEGIN_ONE && !changed)
		return 0;
	return postgresql_simply(postgresql,
				 which == ST_BEGIN_ONE ? "RELEASE one; SAVEPOINT one"
						       : "ROLLBACK TO one",
				 NULL, err);
}

static int postgresql_run(struct db *db, enum statement which, const struct db_value *values,
			  int n_values, int64_t *ret_changed, struct err *err)
{
	struct listener listener = {0};
	int r;

	if (which == ST_BEGIN_ONE || which == ST_KEEP_ONE || which == ST_UNDO_ONE)
		return run_savepoint(postgresql_of(db), which, err);
	r = postgresql_execute(db, which, values, n_values, &listener, err);

	if (r == 0 && ret_changed)
		*ret_changed = listener.changed;
	return r;
}

static int postgresql_query(struct db *db, enum statement which, const struct db_value *values,
			    int n_values, db_row_fn *each, void *data, struct err *err)
{
	struct listener listener = {.each = each, .data = data};
	int r = postgresql_execute(db, which, values, n_values, &listener, err);

	return r < 0 ? r : listener.rows;
}

static void postgresql_close(struct db *db)
{
	postgresql_disconnect(postgresql_of(db));
	free(postgresql_of(db)->uri);
	free(postgresql_of(db));
}

const struct db_ops db_postgresql_ops = {
	.begin = postgresql_begin,
	.commit = postgresql_commit,
	.undo = postgresql_undo,
	.in_transaction = postgresql_in_transaction,
	.run = postgresql_run,
	.query = postgresql_query,
	.text = postgresql_text,
	.number = postgresql_number,
	.close = postgresql_close,
};
