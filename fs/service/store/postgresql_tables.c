/* SPDX-License-Identifier: MIT */
/* PostgreSQL's own texts of statements, and the tables. */
#define _GNU_SOURCE
#include "service/store/postgresql_tables.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

#define LAYOUT 2
#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

/* The number of an advisory lock: replicas that start together make the tables one after the other.
 * The number is "cocd" in ASCII. */
#define LOCK "1668248420"

/*
 * Compares ASCII letters in either case, as SQLite's LIKE does: in the collation "C", lower()
 * changes only ASCII letters.
 */
#define LIKE(column, place) "lower(" column " COLLATE \"C\") LIKE lower(" place " COLLATE \"C\")"

#define HAS_TAGS "tags::jsonb @> ?4::jsonb"

#define NUMBERS "SELECT value::bigint FROM json_array_elements_text(?4::json)"

#include "service/bounds.h"
#include "service/store/statements.h"

const char *const postgresql_statements[STATEMENTS] = {
	[ST_FIND_TO_CHANGE] = FIND " FOR UPDATE",
	[ST_LIST] = LIST,
	[ST_COUNT] = COUNT,
	[ST_LIST_AFTER] = LIST_AFTER,
	/* this text stays the same until a transaction that changes something begins or ends */
	[ST_STATE] = "SELECT pg_current_snapshot()::text",
	[ST_LIST_FOUND] = LIST_FOUND,
	[ST_COUNT_FOUND] = COUNT_FOUND,
	[ST_EXECUTION_TO_CHANGE] = WHOLE_EXECUTION " FOR UPDATE",
	[ST_EXECUTIONS] = EXECUTIONS,
	[ST_COUNT_EXECUTIONS] = COUNT_EXECUTIONS,
};

/* The end of a query for the tables and other relations in the first schema of the search path,
 * where tables are made. */
#define OUR_SCHEMA                                                                                 \
	" FROM pg_class WHERE relnamespace ="                                                      \
	" (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"

/* The layouts of the tables, as in SQLite (sqlite_open.c): each text makes a layout from the layout
 * before it. */
static const char documents_and_executions[] =
	"CREATE TABLE documents ("
	" number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
	" document_id text NOT NULL UNIQUE,"
	" name text NOT NULL,"
	" description text NOT NULL,"
	" risk_level text NOT NULL,"
	" enterprise_project_id text NOT NULL,"
	" tags text NOT NULL,"
	" creator text NOT NULL,"
	" modifier text,"
	" create_time_ms bigint NOT NULL,"
	" update_time_ms bigint NOT NULL,"
	" version bigint NOT NULL"
	");"
	"CREATE TABLE versions ("
	" document bigint NOT NULL REFERENCES documents(number) ON DELETE CASCADE,"
	" version bigint NOT NULL,"
	" version_uuid text NOT NULL UNIQUE,"
	" create_time_ms bigint NOT NULL,"
	" content text NOT NULL,"
	" PRIMARY KEY (document, version)"
	");"
	"CREATE TABLE executions ("
	" number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
	" execution_id text NOT NULL UNIQUE,"
	" document_id text NOT NULL,"
	" document_name text NOT NULL,"
	" version_uuid text NOT NULL,"
	" version bigint NOT NULL,"
	" content text NOT NULL,"
	" tags text NOT NULL,"
	" creator text NOT NULL,"
	" description text NOT NULL,"
	" type text NOT NULL,"
	" target_parameter_name text NOT NULL,"
	" parameters text NOT NULL,"
	" sys_tags text NOT NULL,"
	" targets text NOT NULL,"
	" start_time_ms bigint NOT NULL,"
	" step_ms bigint NOT NULL,"
	" change_time_ms bigint NOT NULL,"
	" acts text NOT NULL,"
	" moving text NOT NULL,"
	" settled text NOT NULL,"
	" settle_time_ms bigint NOT NULL,"
	" ends bigint NOT NULL"
	");"
	"CREATE INDEX executions_of_documents ON executions (document_id);"
	"CREATE TABLE cocd_layout (version bigint NOT NULL);"
	"INSERT INTO cocd_layout VALUES (1)";

static const char name_parts[] =
	"CREATE TABLE name_parts ("
	" part text COLLATE \"C\" NOT NULL,"
	" document bigint NOT NULL,"
	" PRIMARY KEY (part, document)"
	");"
	"CREATE FUNCTION cocd_parts(text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$"
	" SELECT DISTINCT substr(lower($1 COLLATE \"C\"), b, 64)"
	" FROM generate_series(1, length($1), 4) AS b $$;"
	"CREATE FUNCTION cocd_keep_parts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
	" IF TG_OP <> 'INSERT' THEN"
	"  DELETE FROM name_parts WHERE document = OLD.number"
	"   AND part IN (SELECT cocd_parts(OLD.name));"
	" END IF;"
	" IF TG_OP <> 'DELETE' THEN"
	"  INSERT INTO name_parts SELECT cocd_parts(NEW.name), NEW.number;"
	" END IF;"
	" RETURN NULL; END $$;"
	"CREATE TRIGGER keep_parts AFTER INSERT OR DELETE OR UPDATE OF name ON documents"
	" FOR EACH ROW EXECUTE FUNCTION cocd_keep_parts();"
	"INSERT INTO name_parts SELECT cocd_parts(name), number FROM documents;"
	"UPDATE cocd_layout SET version = 2";

static const char *const layouts[LAYOUT] = {documents_and_executions, name_parts};

/* Runs a query in SQL whose answer is one number. Returns 0 and the number (-1 for null); or -errno
 * with err filled. Returns -EINVAL if the answer has not exactly one row. */
static int ask_postgresql_number(struct db_postgresql *postgresql, const char *question,
				 long long *ret_number, struct err *err)
{
	_cleanup_(PQclear) PGresult *result = NULL;
	int r = postgresql_simply(postgresql, question, &result, err);

	if (r < 0)
		return r;
	if (PQntuples(result) != 1)
		return err_set(err, EINVAL, "its layout has no version");
	*ret_number = PQgetisnull(result, 0, 0) ? -1 : strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	return 0;
}

int postgresql_recognise(struct db_postgresql *postgresql, struct err *err)
{
	long long is_ours = 0, tables_there = 0, version = 0;
	int r;

	r = ask_postgresql_number(
		postgresql,
		"SELECT CASE WHEN current_schema() IS NOT NULL THEN (SELECT count(*)" OUR_SCHEMA
		" AND relkind IN ('r', 'p', 'v', 'm', 'f')) END",
		&tables_there, err);
	if (r == 0 && tables_there < 0)
		return err_set(err, EINVAL, "its search path names no schema that is there");
	if (r == 0)
		r = ask_postgresql_number(
			postgresql, "SELECT count(*)" OUR_SCHEMA " AND relname = 'cocd_layout'",
			&is_ours, err);
	if (r == 0 && is_ours)
		r = ask_postgresql_number(postgresql, "SELECT version FROM cocd_layout", &version,
					  err);
	if (r < 0)
		return r;
	if (!tables_there)
		return 0;
	if (!is_ours || version < 1)
		return err_set(err, EINVAL, "it is a database of another program");
	if (version > LAYOUT)
		return err_set(err, EINVAL,
			       "its layout is version %lld, and this program knows version %d",
			       version, LAYOUT);
	return (int)version;
}

int postgresql_make_tables(struct db_postgresql *postgresql, struct err *err)
{
	int r, layout;

	postgresql_begin_work(postgresql);
	r = postgresql_simply(postgresql, "BEGIN; SELECT pg_advisory_xact_lock(" LOCK ")", NULL,
			      err);
	if (r < 0)
		return r;
	layout = postgresql_recognise(postgresql, err);
	r = layout < 0 ? layout : 0;
	/* a new table that is filled from all documents may take a long time */
	if (r == 0 && layout > 0 && layout < LAYOUT) {
		postgresql->work_ends_ms = clock_monotonic_ms() + POSTGRESQL_UPGRADE_MS;
		r = postgresql_simply(postgresql, "SET LOCAL statement_timeout = 0", NULL, err);
	}
	for (; r == 0 && layout < LAYOUT; layout++)
		r = postgresql_simply(postgresql, layouts[layout], NULL, err);
	if (r == 0)
		r = postgresql_simply(postgresql, "COMMIT", NULL, err);
	return r;
}
