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
#include "service/store.h"

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
	assert_int_equal(ask(fixture, "SELECT user_version FROM pragma_user_version"), 1);
	store_close(fixture->store);
	fixture->store = NULL;
	assert_int_equal(store_open(fixture->path, &fixture->store, &err), 0);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
