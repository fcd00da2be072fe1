/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/ledger.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SOURCE "https://coc.example.com"

struct fixture {
	char directory[64], path[128];
	struct ledger *ledger;
};

static int open_ledger(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err;

	assert_non_null(fixture);
	strcpy(fixture->directory, "/tmp/test_ledger.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/ledger", fixture->directory);
	assert_int_equal(ledger_open(fixture->path, SOURCE, &fixture->ledger, &err), 0);
	*state = fixture;
	return 0;
}

static int close_ledger(void **state)
{
	struct fixture *fixture = *state;

	ledger_close(fixture->ledger);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

/* The intent to submit content for a path; its row is made when it is not there. */
static struct ledger_submission intend(struct ledger *ledger, const char *path)
{
	static char content[] = "test";
	struct ledger_submission submission = {
		.kind = SUBMIT_CREATE,
		.state = JOB_SUBMITTING,
		.content = content,
		.content_size = strlen(content),
	};

	assert_int_equal(ledger_ensure(ledger, path, &submission.row), 0);
	assert_int_equal(ledger_intend(ledger, &submission, JOB_DRAFT), 0);
	return submission;
}

/* What was undone is remembered by who wanted it: it may not be taken for what came after. */
static void nothing_gets_the_id_of_what_was_undone(void **state)
{
	struct fixture *fixture = *state;
	struct ledger_submission undone = intend(fixture->ledger, "undone.yaml"), other;
	struct ledger_job job;

	ledger_undo(fixture->ledger);
	other = intend(fixture->ledger, "other.yaml");
	assert_int_not_equal(undone.id, other.id);
	assert_int_not_equal(undone.row, other.row);
	assert_int_equal(ledger_commit(fixture->ledger, true), 0);
	assert_int_equal(ledger_get(fixture->ledger, undone.row, &job), -ENOENT);
}

/* The same over a mount: an ID is of one submission for all time. */
static void ids_go_on_in_the_next_mount_after_those_that_are_kept(void **state)
{
	struct fixture *fixture = *state;
	struct ledger_submission first = intend(fixture->ledger, "first.yaml"), second;
	struct err err;

	ledger_close(fixture->ledger);
	assert_int_equal(ledger_open(fixture->path, SOURCE, &fixture->ledger, &err), 0);
	second = intend(fixture->ledger, "second.yaml");
	assert_true(second.id > first.id);
	assert_true(second.row > first.row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_gets_the_id_of_what_was_undone, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(
			ids_go_on_in_the_next_mount_after_those_that_are_kept, open_ledger,
			close_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
