/* SPDX-License-Identifier: MIT */
/* Tests of executions in the store: they outlive their document, and a list of them has pages. */
#define _GNU_SOURCE
#include "store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void executes_only_a_document_that_is_there(void **state)
{
	struct fixture *fixture = *state;
	char id[STORE_EXECUTION_ID_SIZE] = "untouched";
	struct err err;

	assert_int_equal(store_execute(fixture->store, &plain_run, id, &err), -ENOENT);
	assert_string_equal(id, "untouched");
	assert_int_equal(ask(fixture, "SELECT count(*) FROM executions"), 0);
}

/* Creates a document with these tags, records an execution of it with the values of like, and
 * deletes the document. Returns the execution's ID in ret_id. */
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
		 (long long)execution->change_ms, execution->operations);
	return 0;
}

static int decide(void *data, const struct store_execution *execution, struct store_change *next)
{
	int *result = data;

	assert_string_equal(execution->operations, "");
	next->change_ms = NOW_MS + 7;
	next->outlook = (struct store_outlook){"Canceling", "Canceled", NOW_MS + 9, true};
	return *result < 0 ? *result : buf_append(&next->operations, "T7 ", 3);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(executes_only_a_document_that_is_there),
		WITH_STORE(keeps_an_execution_and_what_is_done_to_it),
		WITH_STORE(lists_until_it_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
