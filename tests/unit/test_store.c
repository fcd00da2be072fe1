/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/limits.h"
#include "service/store_executions.h"
#include "service/store_private.h"

#define NOW_MS 1751393019123 /* 2025-07-01 18:03:39 UTC */

struct fixture {
	char directory[32], path[64];
	struct store *store;
};

static const struct store_new plain = {
	.name = "job",
	.content = "test",
	.enterprise_project_id = "0",
	.risk_level = "LOW",
	.description = "",
	.tags = "[]",
	.creator = "me",
};

static const struct store_run plain_run = {
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

static int open_store(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err;

	assert_non_null(fixture);
	strcpy(fixture->directory, "/tmp/test_store.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/data", fixture->directory);
	assert_int_equal(store_open(fixture->path, &fixture->store, &err), 0);
	*state = fixture;
	return 0;
}

static int close_store(void **state)
{
	struct fixture *fixture = *state;

	store_close(fixture->store);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

/* What a show found, copied out of the callbacks. */
struct found {
	char name[64], content[64], risk_level[8], description[64], modifier[8];
	int64_t version, update_time_ms;
	int n_versions;
};

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

static int count_version(void *data, const struct store_version *version)
{
	struct found *found = data;

	(void)version;
	found->n_versions++;
	return 0;
}

static int show(struct fixture *fixture, const char *id, int64_t version, struct found *found)
{
	struct err err;

	*found = (struct found){0};
	return store_show(fixture->store, id, version, keep_document, count_version, found, &err);
}

static int64_t ask(struct fixture *fixture, const char *question)
{
	sqlite3_stmt *statement;
	int64_t number;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, question, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

static void gives_every_document_an_id_of_the_time_and_its_own(void **state)
{
	struct fixture *fixture = *state;
	char first[STORE_ID_SIZE], id[STORE_ID_SIZE];
	struct err err;

	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, first, &err), 0);
	assert_memory_equal(first, "DM20250701180339", 16);
	assert_int_equal(strlen(first), STORE_ID_SIZE - 1);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
		assert_string_not_equal(first, id);
	}
	assert_int_equal(ask(fixture, "SELECT count(DISTINCT document_id) FROM documents"), 201);
	assert_int_equal(ask(fixture, "SELECT count(DISTINCT version_uuid) FROM versions"), 201);
}

static void leaves_the_id_untouched_when_it_fails(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_ID_SIZE] = "untouched";
	struct store_new wrong = plain;
	struct err err;

	wrong.name = NULL;
	assert_int_equal(store_create(fixture->store, &wrong, NOW_MS, id, &err), -EIO);
	wrong = plain;
	wrong.content = NULL; /* the row of the document is there already, and undone */
	assert_int_equal(store_create(fixture->store, &wrong, NOW_MS, id, &err), -EIO);
	assert_string_equal(id, "untouched");
	assert_int_equal(ask(fixture, "SELECT count(*) FROM documents"), 0);
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
}

static void keeps_what_an_edit_does_not_name(void **state)
{
	struct fixture *fixture = *state;
	struct store_new new = plain;
	struct store_edit edit = {.name = "two", .content = "second", .modifier = "you"};
	char id[STORE_ID_SIZE];
	struct found found;
	struct err err;

	new.risk_level = "HIGH";
	new.description = "kept";
	assert_int_equal(store_create(fixture->store, &new, NOW_MS, id, &err), 0);
	assert_int_equal(store_update(fixture->store, id, &edit, NOW_MS + 5, &err), 0);
	assert_int_equal(show(fixture, id, 0, &found), 0);
	assert_string_equal(found.name, "two");
	assert_string_equal(found.content, "second");
	assert_string_equal(found.risk_level, "HIGH");
	assert_string_equal(found.description, "kept");
	assert_string_equal(found.modifier, "you");
	assert_int_equal(found.version, 2);
	assert_int_equal(found.n_versions, 2);
	assert_int_equal(found.update_time_ms, NOW_MS + 5);
	assert_int_equal(show(fixture, id, 1, &found), 0);
	assert_string_equal(found.content, "test");
	assert_int_equal(show(fixture, id, 3, &found), -ENODATA);
	assert_int_equal(show(fixture, "DM0", 0, &found), -ENOENT);
}

static void stops_at_the_last_version(void **state)
{
	struct fixture *fixture = *state;
	struct store_edit edit = {.name = "n", .content = "c", .modifier = "you"};
	char id[STORE_ID_SIZE];
	struct err err;

	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	for (int i = 2; i <= SERVICE_VERSIONS_MAX; i++)
		assert_int_equal(store_update(fixture->store, id, &edit, NOW_MS, &err), 0);
	assert_int_equal(store_update(fixture->store, id, &edit, NOW_MS, &err), -EDQUOT);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM versions"), SERVICE_VERSIONS_MAX);
}

static void deletes_the_versions_too(void **state)
{
	struct fixture *fixture = *state;
	struct store_edit edit = {.name = "n", .content = "c", .modifier = "you"};
	char id[STORE_ID_SIZE];
	struct err err;

	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	assert_int_equal(store_update(fixture->store, id, &edit, NOW_MS, &err), 0);
	assert_int_equal(store_delete(fixture->store, id, &err), 0);
	assert_int_equal(store_delete(fixture->store, id, &err), -ENOENT);
	assert_int_equal(store_update(fixture->store, id, &edit, NOW_MS, &err), -ENOENT);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM versions"), 0);
}

static int stop_at_once(void *data, const struct store_document *document)
{
	(void)data;
	(void)document;
	return -ECANCELED;
}

static void returns_what_a_callback_failed_with_and_goes_on(void **state)
{
	struct fixture *fixture = *state;
	struct store_filter filter = {.limit = 10};
	char id[STORE_ID_SIZE];
	int64_t total = -1;
	struct found found;
	struct err err;

	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	assert_int_equal(store_list(fixture->store, &filter, stop_at_once, NULL, &total, &err),
			 -ECANCELED);
	assert_int_equal(total, -1);
	assert_int_equal(
		store_show(fixture->store, id, 0, stop_at_once, count_version, &found, &err),
		-ECANCELED);
	assert_int_equal(show(fixture, id, 0, &found), 0);
	assert_int_equal(store_delete(fixture->store, id, &err), 0);
}

static void opens_again_in_wal_mode(void **state)
{
	struct fixture *fixture = *state;
	struct err err;

	assert_int_equal(ask(fixture, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
	assert_int_equal(ask(fixture, "SELECT user_version FROM pragma_user_version"), 2);
	store_close(fixture->store);
	fixture->store = NULL;
	assert_int_equal(store_open(fixture->path, &fixture->store, &err), 0);
}

/* What layout 1 did not have. */
static const char back_to_layout_1[] = "DROP TABLE executions; PRAGMA user_version = 1";

static void change(struct fixture *fixture, const char *statements)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, statements, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void brings_an_older_layout_up_to_date(void **state)
{
	struct fixture *fixture = *state;
	struct store_run run = {0};
	char id[STORE_ID_SIZE], execution_id[STORE_EXECUTION_ID_SIZE];
	struct found found;
	struct err err;

	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	store_close(fixture->store);
	fixture->store = NULL;
	change(fixture, back_to_layout_1);
	assert_int_equal(store_open(fixture->path, &fixture->store, &err), 0);
	assert_int_equal(ask(fixture, "SELECT user_version FROM pragma_user_version"), 2);
	assert_int_equal(show(fixture, id, 0, &found), 0);
	assert_string_equal(found.content, "test");
	run = plain_run;
	run.document_id = id;
	assert_int_equal(store_execute(fixture->store, &run, execution_id, &err), 0);
}

static void refuses_a_later_layout_and_leaves_it(void **state)
{
	struct fixture *fixture = *state;
	struct err err;

	store_close(fixture->store);
	fixture->store = NULL;
	change(fixture, "PRAGMA user_version = 3");
	assert_int_equal(store_open(fixture->path, &fixture->store, &err), -EINVAL);
	assert_non_null(strstr(err.text, "layout is version 3"));
	assert_int_equal(ask(fixture, "SELECT user_version FROM pragma_user_version"), 3);
}

static void executes_only_a_document_that_is_there(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_EXECUTION_ID_SIZE] = "untouched";
	struct err err;

	assert_int_equal(store_execute(fixture->store, &plain_run, id, &err), -ENOENT);
	assert_string_equal(id, "untouched");
	assert_int_equal(ask(fixture, "SELECT count(*) FROM executions"), 0);
}

/* Creates a document with an execution of it. */
static void execute(struct fixture *fixture, const struct store_run *like, const char *tags,
		    char ret_id[STORE_EXECUTION_ID_SIZE])
{
	struct store_new new = plain;
	struct store_run run = *like;
	char id[STORE_ID_SIZE];
	struct err err;

	new.tags = tags;
	assert_int_equal(store_create(fixture->store, &new, NOW_MS, id, &err), 0);
	run.document_id = id;
	assert_int_equal(store_execute(fixture->store, &run, ret_id, &err), 0);
	assert_int_equal(store_delete(fixture->store, id, &err), 0);
}

static int see_execution(void *data, const struct store_execution *execution)
{
	char *seen = data;

	snprintf(seen, 256, "%s %s %s %s %s %lld %lld %s", execution->run.document_name,
		 execution->tags, execution->run.content, execution->run.outlook.moving,
		 execution->run.outlook.settled, (long long)execution->run.outlook.settle_ms,
		 (long long)execution->change_ms, execution->acts);
	return 0;
}

static int decide(void *data, const struct store_execution *execution, struct store_change *next)
{
	int *result = data;

	assert_string_equal(execution->acts, "");
	next->change_ms = NOW_MS + 7;
	next->outlook = (struct store_outlook){"Canceling", "Canceled", NOW_MS + 9, true};
	return *result < 0 ? *result : buf_append(&next->acts, "T7 ", 3);
}

static void keeps_an_execution_and_what_is_done_to_it(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_EXECUTION_ID_SIZE], seen[256];
	int result = -ECANCELED;
	struct err err;

	execute(fixture, &plain_run, "[{\"key\":\"a\",\"value\":\"b\"}]", id);
	assert_int_equal(strncmp(id, "EX20250701180339123", 19), 0);
	assert_int_equal(strlen(id), STORE_EXECUTION_ID_SIZE - 1);
	assert_int_equal(store_show_execution(fixture->store, id, see_execution, seen, &err), 0);
	assert_string_equal(seen, "job [{\"key\":\"a\",\"value\":\"b\"}] test Running Succeed "
				  "1751393020123 1751393019123 ");
	assert_int_equal(store_operate(fixture->store, id, decide, &result, &err), -ECANCELED);
	result = 0;
	assert_int_equal(store_operate(fixture->store, "EX0", decide, &result, &err), -ENOENT);
	assert_int_equal(store_operate(fixture->store, id, decide, &result, &err), 0);
	assert_int_equal(store_show_execution(fixture->store, id, see_execution, seen, &err), 0);
	assert_string_equal(seen, "job [{\"key\":\"a\",\"value\":\"b\"}] test Canceling Canceled "
				  "1751393019132 1751393019130 T7 ");
	assert_int_equal(store_show_execution(fixture->store, "EX0", see_execution, seen, &err),
			 -ENOENT);
}

static int count_execution(void *data, const struct store_execution *execution)
{
	int *left = data;

	(void)execution;
	return --*left == 0;
}

static void lists_until_it_is_enough(void **state)
{
	struct fixture *fixture = *state;
	struct store_execution_filter filter = {.limit = 10, .now_ms = NOW_MS};
	char id[STORE_EXECUTION_ID_SIZE];
	int64_t total = 0;
	struct err err;
	int left;

	for (int i = 0; i < 5; i++)
		execute(fixture, &plain_run, "[]", id);
	left = 3;
	assert_int_equal(store_list_executions(fixture->store, &filter, count_execution, &left,
					       &total, &err),
			 0);
	assert_int_equal(left, 0);
	assert_int_equal(total, 5);
	left = 100;
	filter.offset = 4;
	assert_int_equal(store_list_executions(fixture->store, &filter, count_execution, &left,
					       &total, &err),
			 0);
	assert_int_equal(left, 99);
	assert_int_equal(total, 5);
}

static void gathered_changes_become_durable_together(void **state)
{
	struct fixture *fixture = *state;
	struct store_edit edit = {.name = "two", .content = "second", .modifier = "you"};
	char first[STORE_ID_SIZE], second[STORE_ID_SIZE];
	struct found found;
	struct err err;

	store_gather(fixture->store);
	assert_false(store_has_changes(fixture->store));
	assert_int_equal(store_settle(fixture->store, &err), 0);
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, first, &err), 0);
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, second, &err), 0);
	assert_int_equal(store_update(fixture->store, first, &edit, NOW_MS, &err), 0);
	assert_int_equal(store_delete(fixture->store, second, &err), 0);
	assert_true(store_has_changes(fixture->store));
	assert_int_equal(ask(fixture, "SELECT count(*) FROM documents"), 0);
	assert_int_equal(show(fixture, first, 0, &found), 0);
	assert_string_equal(found.content, "second");
	assert_int_equal(store_settle(fixture->store, &err), 0);
	assert_false(store_has_changes(fixture->store));
	assert_int_equal(ask(fixture, "SELECT count(*) FROM documents"), 1);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM versions"), 2);
}

static void a_gathered_change_that_fails_is_undone_alone(void **state)
{
	struct fixture *fixture = *state;
	struct store_new wrong = plain;
	char id[STORE_ID_SIZE];
	struct err err;

	wrong.content = NULL; /* the row of the document is there already, and undone */
	store_gather(fixture->store);
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	assert_int_equal(store_create(fixture->store, &wrong, NOW_MS, id, &err), -EIO);
	assert_int_equal(store_delete(fixture->store, "DM0", &err), -ENOENT);
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	assert_int_equal(store_settle(fixture->store, &err), 0);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM documents"), 2);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM versions"), 2);
}

static void gathered_changes_that_are_not_settled_are_gone(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_ID_SIZE];
	struct err err;

	store_gather(fixture->store);
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	store_close(fixture->store);
	fixture->store = NULL;
	assert_int_equal(ask(fixture, "SELECT count(*) FROM documents"), 0);
	assert_int_equal(store_open(fixture->path, &fixture->store, &err), 0);
}

/* SQLite rolls back by itself when a read fails, for one. */
static void what_the_database_undoes_by_itself_is_not_settled(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_ID_SIZE];
	struct err err = {0};

	store_gather(fixture->store);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
		assert_int_equal(sqlite3_exec(fixture->store->db, "ROLLBACK", NULL, NULL, NULL),
				 SQLITE_OK);
		/* nothing new is begun, or settling would make it without what was before it */
		if (again)
			assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err),
					 -EIO);
		assert_int_equal(store_settle(fixture->store, &err), -EIO);
		assert_int_equal(ask(fixture, "SELECT count(*) FROM documents"), 0);
	}
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	assert_int_equal(store_settle(fixture->store, &err), 0);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM documents"), 1);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(gives_every_document_an_id_of_the_time_and_its_own),
		WITH_STORE(leaves_the_id_untouched_when_it_fails),
		WITH_STORE(keeps_what_an_edit_does_not_name),
		WITH_STORE(stops_at_the_last_version),
		WITH_STORE(deletes_the_versions_too),
		WITH_STORE(returns_what_a_callback_failed_with_and_goes_on),
		WITH_STORE(opens_again_in_wal_mode),
		WITH_STORE(brings_an_older_layout_up_to_date),
		WITH_STORE(refuses_a_later_layout_and_leaves_it),
		WITH_STORE(executes_only_a_document_that_is_there),
		WITH_STORE(keeps_an_execution_and_what_is_done_to_it),
		WITH_STORE(lists_until_it_is_enough),
		WITH_STORE(gathered_changes_become_durable_together),
		WITH_STORE(a_gathered_change_that_fails_is_undone_alone),
		WITH_STORE(gathered_changes_that_are_not_settled_are_gone),
		WITH_STORE(what_the_database_undoes_by_itself_is_not_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
