/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>
#include <sqlite3.h>

#include "service/store/store_postgresql.h"

const struct store_new plain = {
	.name = "job",
	.content = "test",
	.enterprise_project_id = "0",
	.risk_level = "LOW",
	.description = "",
	.tags = "[]",
	.creator = "me",
};

const struct store_run plain_run = {
	.document_id = "DM0",
	.document_name = "job",
	.version_uuid = "00000000-0000-4000-8000-000000000000",
	.content = "test",
	.version = 1,
	.creator = "me",
	.description = "",
	.type = "NORMAL",
	.target_parameter_name = "",
	.parameters = "[]",
	.sys_tags = "[]",
	.targets = "[]",
	.start_ms = NOW_MS,
	.step_ms = 1000,
	.outlook = {"Running", "Succeed", NOW_MS + 1000, true},
};

int open_again(struct fixture *fixture, struct err *err)
{
	return fixture->uri ? store_open_postgresql(fixture->uri, &fixture->store, err)
			    : store_open(fixture->path, &fixture->store, err);
}

void needs_file(const struct fixture *fixture)
{
	if (fixture->uri) {
		print_message("skipped: it is about SQLite's data file\n");
		skip();
	}
}

void needs_database(const struct fixture *fixture)
{
	if (!fixture->uri) {
		print_message("skipped: it needs a database, COCD_STORE_URI\n");
		skip();
	}
}

int open_store(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err;

	assert_non_null(fixture);
	fixture->uri = getenv("COCD_STORE_URI");
	strcpy(fixture->directory, "/tmp/test_store.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/data", fixture->directory);
	if (fixture->uri)
		change(fixture, "DROP TABLE IF EXISTS versions, documents, executions, name_parts, "
				"cocd_layout; DROP FUNCTION IF EXISTS cocd_keep_parts, cocd_parts");
	assert_int_equal(open_again(fixture, &err), 0);
	*state = fixture;
	return 0;
}

int close_store(void **state)
{
	struct fixture *fixture = *state;

	store_close(fixture->store);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static int keep_document(void *data, const struct store_document *document)
{
	struct found *found = data;

	snprintf(found->name, sizeof(found->name), "%s", document->name);
	snprintf(found->content, sizeof(found->content), "%s", document->content);
	snprintf(found->risk_level, sizeof(found->risk_level), "%s", document->risk_level);
	snprintf(found->description, sizeof(found->description), "%s", document->description);
	snprintf(found->modifier, sizeof(found->modifier), "%s",
		 document->modifier ? document->modifier : "");
	found->version = document->version;
	found->update_time_ms = document->update_time_ms;
	return 0;
}

int count_version(void *data, const struct store_version *version)
{
	struct found *found = data;

	(void)version;
	found->n_versions++;
	return 0;
}

int show(struct fixture *fixture, const char *id, int64_t version, struct found *found)
{
	struct err err;

	*found = (struct found){0};
	return store_show(fixture->store, id, version, keep_document, count_version, found, &err);
}

/* Runs statements in the database. Returns the number that the last statement answers, or 0 if it
 * answers none. */
static int64_t run_in_database(const char *uri, const char *statements)
{
	PGconn *connection = PQconnectdb(uri);
	PGresult *result = PQexec(connection, statements);
	int64_t number = 0;

	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	else if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_msg("%s", PQerrorMessage(connection));
	PQclear(result);
	PQfinish(connection);
	return number;
}

void change(struct fixture *fixture, const char *statements)
{
	sqlite3 *db = NULL;

	if (fixture->uri) {
		run_in_database(fixture->uri, statements);
		return;
	}
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, statements, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t ask(struct fixture *fixture, const char *question)
{
	sqlite3_stmt *statement;
	int64_t number;
	sqlite3 *db;

	if (fixture->uri)
		return run_in_database(fixture->uri, question);
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, question, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}
