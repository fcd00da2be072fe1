/* SPDX-License-Identifier: MIT */
/* Connects to a PostgreSQL database: its URI, the connection, and the settings of a session. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "service/bounds.h"
#include "service/store/postgresql_connect.h"
#include "service/store/postgresql_tables.h"
#include "service/store/store_postgresql.h"
#include "service/store/store_private.h"

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)
#define LIMIT(name, ms) "SET " name " = " STRINGIFY(ms) ";"

/*
 * The settings of a session. A commit must be on the disk of the database, and on those of its
 * synchronous standbys. The setting remote_apply promises even more, and stays. If a replica was
 * killed or stands still, the server itself ends its statements and transactions after these time
 * limits.
 */
static const char session[] =
	"SELECT set_config('synchronous_commit', 'on', false)"
	" WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');"
	"SET standard_conforming_strings = on;" LIMIT("lock_timeout", POSTGRESQL_LOCK_MS)
		LIMIT("statement_timeout", POSTGRESQL_WORK_MS)
			LIMIT("idle_in_transaction_session_timeout", POSTGRESQL_WORK_MS);

static bool is_one_of(const char *keyword, const char *const *names)
{
	for (; *names; names++)
		if (!strcmp(keyword, *names))
			return true;
	return false;
}

/*
 * Checks a URI. Refuses a password in it: every user of the machine can read a command line. The
 * message of libpq about a bad URI may have a part of the password. So err leaves that message out.
 * Returns 0, or -EINVAL with err filled.
 */
static int check_uri(const char *uri, struct err *err)
{
	static const char *const secrets[] = {"password", "sslpassword", NULL};
	const char *user = strstr(uri, "://") + 3;
	size_t size = strcspn(user, "@/");
	bool secret = user[size] == '@' && memchr(user, ':', size);
	PQconninfoOption *options = secret ? NULL : PQconninfoParse(uri, NULL);

	if (!secret && !options)
		return err_set(err, EINVAL,
			       "libpq cannot read its URI: a parameter that it does not know, or a "
			       "wrong escape");
	for (PQconninfoOption *option = options; option && option->keyword; option++)
		secret |= option->val && is_one_of(option->keyword, secrets);
	PQconninfoFree(options);
	if (secret)
		return err_set(err, EINVAL,
			       "a password in the URI would be seen in the list of processes: put "
			       "it into ~/.pgpass, the file of PGPASSFILE, or PGPASSWORD");
	return 0;
}

static void ignore_notice(void *data, const PGresult *result)
{
	(void)data;
	(void)result;
}

/* Opens a connection with libpq. libpq reads the parameters in this order, and the URI as dbname.
 * So the URI can change the parameters before dbname, but not those after dbname. */
static PGconn *open_libpq(const char *uri)
{
	static const char *const names[] = {
		"connect_timeout",	     "keepalives_idle",
		"keepalives_interval",	     "keepalives_count",
		"tcp_user_timeout",	     "target_session_attrs",
		"fallback_application_name", "dbname",
		"client_encoding",	     NULL,
	};
	const char *const values[] = {
		STRINGIFY(POSTGRESQL_CONNECT_S),
		"2",
		"1",
		"3",
		STRINGIFY(POSTGRESQL_WORK_MS),
		"read-write",
		"cocd",
		uri,
		"UTF8",
		NULL,
	};

	return PQconnectdbParams(names, values, true);
}

static int set_up_postgresql(struct db_postgresql *postgresql, struct err *err)
{
	const char *encoding;

	if (!postgresql->connection)
		return err_set(err, ENOMEM, "out of memory");
	if (PQstatus(postgresql->connection) != CONNECTION_OK ||
	    PQsetnonblocking(postgresql->connection, 1) < 0)
		return postgresql_error(postgresql, NULL, err);
	PQsetNoticeReceiver(postgresql->connection, ignore_notice, NULL);
	encoding = PQparameterStatus(postgresql->connection, "server_encoding");
	if (!encoding || strcmp(encoding, "UTF8"))
		return err_set(err, EINVAL, "its encoding is %s, and has to be UTF8",
			       encoding ? encoding : "unknown");
	return postgresql_simply(postgresql, session, NULL, err);
}

void postgresql_disconnect(struct db_postgresql *postgresql)
{
	PQfinish(postgresql->connection);
	postgresql->connection = NULL;
	memset(postgresql->prepared, 0, sizeof(postgresql->prepared));
}

/* Connects to the database, and checks that it is ours. Returns the version of its layout; 0: there
 * are no tables; or -errno with err filled. */
static int try_to_connect(struct db_postgresql *postgresql, struct err *err)
{
	int r;

	postgresql->connection = open_libpq(postgresql->uri);
	postgresql_begin_work(postgresql);
	r = set_up_postgresql(postgresql, err);
	return r < 0 ? r : postgresql_recognise(postgresql, err);
}

int postgresql_connect(struct db_postgresql *postgresql, struct err *err)
{
	int r;

	if (postgresql->connection) {
		postgresql_begin_work(postgresql);
		return 0;
	}
	if (clock_monotonic_ms() < postgresql->next_try_ms) {
		if (err)
			*err = postgresql->refused;
		return -postgresql->refused.errnum;
	}
	r = try_to_connect(postgresql, &postgresql->refused);
	/* 0 is an error here: the tables existed when the store was opened */
	if (r == 0)
		r = err_set(&postgresql->refused, EIO, "the tables of the database are gone");
	if (r > 0)
		return 0;
	postgresql_disconnect(postgresql);
	postgresql->next_try_ms = clock_monotonic_ms() + POSTGRESQL_RETRY_MS;
	if (err)
		*err = postgresql->refused;
	return r;
}

bool store_is_postgresql(const char *data)
{
	return !strncmp(data, "postgresql://", strlen("postgresql://")) ||
	       !strncmp(data, "postgres://", strlen("postgres://"));
}

static int open_postgresql(const char *uri, struct db_postgresql *postgresql, struct err *err)
{
	int r = check_uri(uri, err);

	if (r < 0)
		return r;
	postgresql->uri = strdup(uri);
	if (!postgresql->uri)
		return err_set(err, ENOMEM, "out of memory");
	r = try_to_connect(postgresql, err);
	if (r >= 0)
		r = postgresql_make_tables(postgresql, err);
	return r < 0 ? r : 0;
}

int store_open_postgresql(const char *uri, struct store **ret_store, struct err *err)
{
	struct db_postgresql *postgresql = calloc(1, sizeof(*postgresql));
	struct err cause = {0};

	if (!postgresql)
		return err_set(err, ENOMEM, "out of memory");
	postgresql->db.ops = &db_postgresql_ops;
	if (open_postgresql(uri, postgresql, &cause) < 0) {
		db_close(&postgresql->db);
		err_context(&cause, "cannot use the database");
		if (err)
			*err = cause;
		return -cause.errnum;
	}
	return store_make(&postgresql->db, ret_store, err);
}
