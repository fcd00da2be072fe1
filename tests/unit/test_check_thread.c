/* SPDX-License-Identifier: MIT */
/* Tests of the thread that checks a ledger: what it reports of a ledger, and that it can be
 * stopped. */
#define _GNU_SOURCE
#include "submit/check_thread.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "ledger/ledger.h"

#define PAGE 4096
#define TIMES 50

static const struct ledger_owner space_owner = {.source = "s"};

struct fixture {
	char directory[64], path[96];
	struct loop *loop;
	struct ledger *ledger;
	struct ledger_check *check;
	struct check_thread *thread;
	int result;
	struct err err;
};

/* Makes a ledger of 100 rows with 60 KB each, so that its check takes many slices, and closes
 * it. */
static void make_ledger(struct fixture *fixture)
{
	sqlite3 *db;

	assert_int_equal(ledger_open(fixture->path, &space_owner, &fixture->ledger, NULL), 0);
	ledger_close(fixture->ledger);
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
			     " WHERE i < 100) INSERT INTO job (dir, name, changed_ms, error)"
			     " SELECT '', i, 0, hex(zeroblob(30000)) FROM n",
			     NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture || !mkdtemp(strcpy(fixture->directory, "/tmp/cocfs-check-XXXXXX")) ||
	    loop_create(&fixture->loop) < 0)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/ledger.db", fixture->directory);
	make_ledger(fixture);
	assert_int_equal(ledger_open(fixture->path, &space_owner, &fixture->ledger, NULL), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	ledger_close(fixture->ledger);
	loop_destroy(fixture->loop);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void on_checked(void *data, int r, const struct err *err)
{
	struct fixture *fixture = data;

	fixture->result = r;
	fixture->err = *err;
	loop_quit(fixture->loop);
}

static void begin(struct fixture *fixture)
{
	assert_int_equal(ledger_check_begin(fixture->ledger, &fixture->check), 0);
	assert_int_equal(check_thread_create(fixture->loop, fixture->check, on_checked, fixture,
					     &fixture->thread),
			 0);
}

static void end(struct fixture *fixture, int r)
{
	check_thread_destroy(fixture->thread);
	ledger_check_end(fixture->ledger, fixture->check, r);
}

static int check(struct fixture *fixture)
{
	begin(fixture);
	assert_int_equal(loop_run(fixture->loop), 0);
	end(fixture, fixture->result);
	return fixture->result;
}

static void a_sound_ledger_is_told_by_the_loop(void **state)
{
	assert_int_equal(check(*state), 0);
	assert_int_equal(check(*state), 0);
}

static void a_damaged_ledger_is_told_with_its_name(void **state)
{
	struct fixture *fixture = *state;
	FILE *file = fopen(fixture->path, "r+b");

	assert_non_null(file);
	assert_int_equal(fseek(file, 500 * PAGE, SEEK_SET), 0);
	assert_int_equal(fwrite("\xff\xff\xff\xff", 1, 4, file), 4);
	fclose(file);
	assert_int_equal(check(fixture), -EUCLEAN);
	assert_non_null(strstr(fixture->err.text, fixture->path));
	assert_non_null(strstr(fixture->err.details, "what_to_do"));
}

static void it_can_be_stopped_at_any_time(void **state)
{
	struct fixture *fixture = *state;

	fixture->result = 1;
	for (int i = 0; i < TIMES; i++) {
		begin(fixture);
		usleep((useconds_t)(i * 100)); /* stops the check at some moment while it runs */
		end(fixture, -ECANCELED);
	}
	assert_int_equal(fixture->result, 1); /* the callback was not called */
	assert_int_equal(check(fixture), 0);
}

static void a_file_that_cannot_be_opened_is_no_damage(void **state)
{
	struct fixture *fixture = *state;
	char moved[128];

	snprintf(moved, sizeof(moved), "%s.moved", fixture->path);
	assert_int_equal(rename(fixture->path, moved), 0);
	assert_int_equal(check(fixture), -EIO);
	assert_int_equal(rename(moved, fixture->path), 0);
	assert_int_equal(check(fixture), 0);
}

static void without_a_descriptor_there_is_no_thread(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit limit, none;

	assert_int_equal(ledger_check_begin(fixture->ledger, &fixture->check), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){.rlim_cur = 3, .rlim_max = limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(check_thread_create(fixture->loop, fixture->check, on_checked, fixture,
					     &fixture->thread),
			 -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ledger_check_end(fixture->ledger, fixture->check, -EMFILE);
	check_thread_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_sound_ledger_is_told_by_the_loop, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_ledger_is_told_with_its_name, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(it_can_be_stopped_at_any_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_cannot_be_opened_is_no_damage, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(without_a_descriptor_there_is_no_thread, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
