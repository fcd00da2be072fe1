/* SPDX-License-Identifier: MIT */
/* Tests of changes that are gathered for one commit. */
#define _GNU_SOURCE
#include "store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "service/store/store_private.h"

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

	wrong.content = NULL; /* here the document already has its row; the error must undo that */
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
	assert_int_equal(open_again(fixture, &err), 0);
}

/* If the database has undone the gathered changes by itself, store_settle() fails, and no further
 * change is made before that. SQLite does so if a read fails, PostgreSQL if it goes away. */
static void what_the_database_undoes_by_itself_is_not_settled(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_ID_SIZE];
	struct err err = {0};

	store_gather(fixture->store);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
		db_undo(fixture->store->db);
		/* no change begins now: store_settle() would commit it without the changes before
		 * it */
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

/* Gathers a document, lets something happen, and fails the test unless the document and all
 * gathered changes are lost. */
static void is_lost(struct fixture *fixture, void (*happen)(struct fixture *fixture))
{
	char id[STORE_ID_SIZE];
	struct err err = {0};

	store_gather(fixture->store);
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	happen(fixture);
	assert_int_equal(store_settle(fixture->store, &err), -EIO);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM documents"), 0);
	assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
	assert_int_equal(store_settle(fixture->store, &err), 0);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM documents"), 1);
}

static void end_session(struct fixture *fixture)
{
	ask(fixture, "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
		     " WHERE application_name = 'cocd'");
}

static int see_nothing(void *data, const struct store_execution *execution)
{
	(void)data;
	(void)execution;
	return 0;
}

static void end_session_and_read(struct fixture *fixture)
{
	struct found found;

	end_session(fixture);
	/* a read on another connection would not see the gathered changes, so the read fails */
	for (int again = 0; again < 2; again++)
		assert_int_equal(show(fixture, "DM0", 0, &found), -EIO);
}

static void fail_to_read(struct fixture *fixture)
{
	const struct store_execution_filter filter = {.tags = "not JSON", .limit = 1};
	int64_t total;
	struct err err;

	assert_int_equal(
		store_list_executions(fixture->store, &filter, see_nothing, NULL, &total, &err),
		-EIO);
}

static void what_postgresql_loses_is_not_settled(void **state)
{
	struct fixture *fixture = *state;

	needs_database(fixture);
	is_lost(fixture, end_session);
}

static void what_postgresql_loses_is_not_read_past(void **state)
{
	struct fixture *fixture = *state;

	needs_database(fixture);
	is_lost(fixture, end_session_and_read);
}

/* A read that fails makes PostgreSQL undo all gathered changes at the end of the transaction.
 * store_settle() reports that, where SQLite would commit. */
static void a_read_that_fails_in_postgresql_takes_what_was_gathered_with_it(void **state)
{
	struct fixture *fixture = *state;

	needs_database(fixture);
	is_lost(fixture, fail_to_read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(gathered_changes_become_durable_together),
		WITH_STORE(a_gathered_change_that_fails_is_undone_alone),
		WITH_STORE(gathered_changes_that_are_not_settled_are_gone),
		WITH_STORE(what_the_database_undoes_by_itself_is_not_settled),
		WITH_STORE(what_postgresql_loses_is_not_settled),
		WITH_STORE(what_postgresql_loses_is_not_read_past),
		WITH_STORE(a_read_that_fails_in_postgresql_takes_what_was_gathered_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
