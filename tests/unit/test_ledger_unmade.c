/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "ledger/ledger.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct ledger_owner space_owner = {.source = "local"};

struct fixture {
	char directory[64], path[128];
	struct ledger *ledger;
};

static const struct owner nobody;

static int open_ledger(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err;

	assert_non_null(fixture);
	strcpy(fixture->directory, "/tmp/test_unmade.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/ledger", fixture->directory);
	assert_int_equal(ledger_open(fixture->path, &space_owner, &fixture->ledger, &err), 0);
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

/* Marks a path as unmade (its file was never made), and refuses a content for it. Returns the row
 * of the path. */
static int64_t refuse(struct ledger *ledger, const char *path)
{
	struct err err;
	int64_t row;

	err_set(&err, EINVAL, "no document");
	assert_int_equal(ledger_mark_unmade(ledger, path, &nobody), 0);
	assert_int_equal(ledger_ensure(ledger, path, &nobody, &row), 0);
	assert_int_equal(ledger_refuse(ledger, row, false, &err, "no document\n"), 0);
	return row;
}

/* Binds a path to a job, by a create that ends with this job ID. Returns the row of the path. */
static int64_t bind(struct ledger *ledger, const char *path, const char *job_id)
{
	static char content[] = "test";
	const struct job_versions first = {1, 1};
	struct ledger_submission submission = {.kind = SUBMIT_CREATE,
					       .state = JOB_SUBMITTING,
					       .content = content,
					       .content_size = strlen(content)};

	assert_int_equal(ledger_ensure(ledger, path, &nobody, &submission.row), 0);
	assert_int_equal(ledger_intend(ledger, &submission, JOB_DRAFT), 0);
	assert_int_equal(ledger_settle(ledger, &submission, job_id, &first, "request"), 0);
	return submission.row;
}

static void marked_names_are_told_directory_by_directory(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	struct job_unmade next;
	int64_t first;

	assert_int_equal(ledger_has_unmade(ledger), 0);
	first = refuse(ledger, "d/a.yaml");
	refuse(ledger, "d/b.yaml");
	refuse(ledger, "e/c.yaml");
	refuse(ledger, "top.yaml");
	assert_int_equal(ledger_has_unmade(ledger), 1);
	assert_int_equal(ledger_next_unmade(ledger, "d", 0, &next), 0);
	assert_string_equal(next.name, "a.yaml");
	assert_int_equal(next.row, first);
	assert_int_equal(next.seen.error_size, strlen("no document\n"));
	assert_int_equal(ledger_next_unmade(ledger, "d", next.row, &next), 0);
	assert_string_equal(next.name, "b.yaml");
	assert_int_equal(ledger_next_unmade(ledger, "d", next.row, &next), -ENOENT);
	assert_int_equal(ledger_next_unmade(ledger, "", 0, &next), 0);
	assert_string_equal(next.name, "top.yaml");
	assert_int_equal(ledger_next_unmade(ledger, "f", 0, &next), -ENOENT);
}

static void a_file_takes_the_mark_away(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	struct job_unmade next;

	refuse(ledger, "a.yaml");
	assert_int_equal(ledger_unmark_unmade(ledger, "a.yaml"), 0);
	assert_int_equal(ledger_unmark_unmade(ledger, "never-heard-of.yaml"), 0);
	assert_int_equal(ledger_next_unmade(ledger, "", 0, &next), -ENOENT);
	assert_int_equal(ledger_has_unmade(ledger), 0);
}

static void a_new_binding_takes_the_mark_away(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;

	assert_int_equal(ledger_mark_unmade(ledger, "a.yaml", &nobody), 0);
	bind(ledger, "a.yaml", "DM1");
	assert_int_equal(ledger_has_unmade(ledger), 0);
}

static void a_story_that_ends_leaves_nothing(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	struct job_record job;
	int64_t row = refuse(ledger, "a.yaml");

	assert_int_equal(ledger_end_story(ledger, row), 0);
	assert_int_equal(ledger_find(ledger, "a.yaml", &job), -ENOENT);
	assert_int_equal(ledger_has_unmade(ledger), 0);
}

static void a_story_that_ends_leaves_the_job_of_the_name(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	_cleanup_job_record_ struct job_record job = {0};
	int64_t row = bind(ledger, "a.yaml", "DM1");

	assert_int_equal(refuse(ledger, "a.yaml"), row);
	assert_int_equal(ledger_end_story(ledger, row), 0);
	assert_int_equal(ledger_find(ledger, "a.yaml", &job), 0);
	assert_string_equal(job.job_id, "DM1");
	assert_null(job.error);
	assert_false(job.refused || job.unmade || job.incomplete);
	assert_int_equal(job.state, JOB_SUBMITTED);
}

static void what_is_under_way_keeps_its_mark(void **state)
{
	static char content[] = "test";
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	struct ledger_submission submission = {.kind = SUBMIT_CREATE,
					       .state = JOB_SUBMITTING,
					       .content = content,
					       .content_size = strlen(content)};

	submission.row = refuse(ledger, "a.yaml");
	assert_int_equal(ledger_intend(ledger, &submission, JOB_FAILED), 0);
	assert_int_equal(ledger_end_story(ledger, submission.row), 0);
	assert_int_equal(ledger_has_unmade(ledger), 1);
}

static void a_dismissed_story_is_kept_and_has_no_sibling(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	_cleanup_job_record_ struct job_record job = {0}, again = {0};
	struct job_glance seen;
	int64_t row = refuse(ledger, "a.yaml");

	assert_int_equal(ledger_dismiss(ledger, row), 0);
	assert_int_equal(ledger_find(ledger, "a.yaml", &job), 0);
	assert_true(job.dismissed);
	assert_string_equal(job.error, "no document\n");
	assert_int_equal(ledger_glance(ledger, "a.yaml", &seen), 0);
	assert_int_equal(seen.error_size, 0);
	refuse(ledger, "a.yaml");
	assert_int_equal(ledger_find(ledger, "a.yaml", &again), 0);
	assert_false(again.dismissed);
	assert_int_equal(ledger_glance(ledger, "a.yaml", &seen), 0);
	assert_int_not_equal(seen.error_size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(marked_names_are_told_directory_by_directory,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(a_file_takes_the_mark_away, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(a_new_binding_takes_the_mark_away, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(a_story_that_ends_leaves_nothing, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(a_story_that_ends_leaves_the_job_of_the_name,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(what_is_under_way_keeps_its_mark, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(a_dismissed_story_is_kept_and_has_no_sibling,
						open_ledger, close_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
