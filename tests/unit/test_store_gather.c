/* SPDX-License-Identifier: MIT */
/* Changes that are gathered for one commit. */
#define _GNU_SOURCE
#include "store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "service/store_private.h"

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
	assert_int_equal(open_again(fixture, &err), 0);
}

/* SQLite rolls back by itself when a read fails, for one; PostgreSQL may go away. */
static void what_the_database_undoes_by_itself_is_not_settled(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_ID_SIZE];
	struct err err = {0};

	store_gather(fixture->store);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(store_create(fixture->store, &plain, NOW_MS, id, &err), 0);
		db_undo(fixture->store->db);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(gathered_changes_become_durable_together),
		WITH_STORE(a_gathered_change_that_fails_is_undone_alone),
		WITH_STORE(gathered_changes_that_are_not_settled_are_gone),
		WITH_STORE(what_the_database_undoes_by_itself_is_not_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
