/* SPDX-License-Identifier: MIT */
/* Tests of documents in the store, and of the layouts of its tables. */
#define _GNU_SOURCE
#include "bounds/api.h"
#include "store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
	wrong.content = NULL; /* here the document already has its row; the error must undo that */
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
	for (int i = 2; i <= COC_VERSIONS_MAX; i++)
		assert_int_equal(store_update(fixture->store, id, &edit, NOW_MS, &err), 0);
	assert_int_equal(store_update(fixture->store, id, &edit, NOW_MS, &err), -EDQUOT);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM versions"), COC_VERSIONS_MAX);
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

	needs_file(fixture);
	assert_int_equal(ask(fixture, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
	assert_int_equal(ask(fixture, "SELECT user_version FROM pragma_user_version"), 3);
	store_close(fixture->store);
	fixture->store = NULL;
	assert_int_equal(open_again(fixture, &err), 0);
}

/* SQL that gives a data file layout 1 again: removes what that layout did not have. */
static const char back_to_layout_1[] =
	"DROP TRIGGER parts_of_new; DROP TRIGGER parts_of_deleted; DROP TRIGGER parts_of_renamed;"
	"DROP TABLE name_parts; DROP TABLE part_begins; DROP TABLE executions;"
	"PRAGMA user_version = 1";

static void brings_an_older_layout_up_to_date(void **state)
{
	struct fixture *fixture = *state;
	struct store_run run = {0};
	char id[STORE_ID_SIZE], execution_id[STORE_EXECUTION_ID_SIZE];
	struct found found;
	struct err err;

	needs_file(fixture);
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	store_close(fixture->store);
	fixture->store = NULL;
	change(fixture, back_to_layout_1);
	assert_int_equal(open_again(fixture, &err), 0);
	assert_int_equal(ask(fixture, "SELECT user_version FROM pragma_user_version"), 3);
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
	change(fixture,
	       fixture->uri ? "UPDATE cocd_layout SET version = 4" : "PRAGMA user_version = 4");
	assert_int_equal(open_again(fixture, &err), -EINVAL);
	assert_non_null(strstr(err.text, "layout is version 4"));
	assert_int_equal(ask(fixture, fixture->uri
					      ? "SELECT version FROM cocd_layout"
					      : "SELECT user_version FROM pragma_user_version"),
			 4);
}

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
