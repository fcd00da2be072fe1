/* SPDX-License-Identifier: MIT */
/* Tests of binding a row to a job that the service had before. */
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
static const unsigned char digest[CONTENT_DIGEST_SIZE] = {1, 2, 3};
static char high[] = "HIGH", nightly[] = "nightly";
static const struct attr_set attrs = {.value = {[ATTR_RISK_LEVEL] = high, [ATTR_NAME] = nightly}};
static const struct ledger_binding binding = {
	.job_id = "DM1", .versions = {.base = 3, .newest = 4}, .digest = digest, .attrs = &attrs};

struct fixture {
	char directory[64], path[128];
	struct ledger *ledger;
};

static int open_ledger(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err;

	assert_non_null(fixture);
	strcpy(fixture->directory, "/tmp/test_bind.XXXXXX");
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

/* Returns the row of a path. Makes the row if there is none. */
static int64_t ensure(struct ledger *ledger, const char *path)
{
	static const struct owner nobody;
	int64_t row;

	assert_int_equal(ledger_ensure(ledger, path, &nobody, &row), 0);
	return row;
}

/* Records the intent of a create for a row, as the engine does before it sends. Returns the
 * submission. */
static struct ledger_submission begin_create(struct ledger *ledger, int64_t row)
{
	static char content[] = "test";
	struct ledger_submission submission = {.row = row,
					       .kind = SUBMIT_CREATE,
					       .state = JOB_SUBMITTING,
					       .content = content,
					       .content_size = strlen(content)};

	assert_int_equal(ledger_intend(ledger, &submission, JOB_DRAFT), 0);
	return submission;
}

/* Fails the test unless the row is bound to job DM1, with the base of `binding`, in this state. */
static void assert_is_bound(struct ledger *ledger, int64_t row, enum job_state state)
{
	struct job_record job;

	assert_int_equal(ledger_get(ledger, row, &job), 0);
	assert_string_equal(job.job_id, "DM1");
	assert_int_equal(job.state, state);
	assert_int_equal(job.base, 3);
	assert_int_equal(job.version, 4);
	assert_true(job.has_digest);
	assert_memory_equal(job.digest, digest, sizeof(digest));
	assert_string_equal(job.sent.value[ATTR_RISK_LEVEL], "HIGH");
	assert_string_equal(job.sent.value[ATTR_NAME], "nightly");
	assert_null(job.sent.value[ATTR_DESCRIPTION]);
	assert_int_equal(job.sent.explicit, 0);
	assert_false(job.on_purpose);
	job_record_finish(&job);
}

static void a_row_is_bound_and_stays_so_in_the_next_mount(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = ensure(fixture->ledger, "a.yaml"), found;
	struct err err;

	assert_int_equal(ledger_bound_row(fixture->ledger, "DM1", &found), -ENOENT);
	assert_int_equal(ledger_bind(fixture->ledger, row, &binding), 0);
	assert_is_bound(fixture->ledger, row, JOB_SUBMITTED);
	ledger_close(fixture->ledger);
	assert_int_equal(ledger_open(fixture->path, &space_owner, &fixture->ledger, &err), 0);
	assert_is_bound(fixture->ledger, row, JOB_SUBMITTED);
	assert_int_equal(ledger_bound_row(fixture->ledger, "DM1", &found), 0);
	assert_int_equal(found, row);
}

/* A job cannot get a second path, nor a path a second job: ledger_bind() changes nothing. */
static void a_second_path_or_a_second_job_is_refused(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = ensure(fixture->ledger, "a.yaml"), other = ensure(fixture->ledger, "b.yaml");
	struct ledger_binding second = binding;

	assert_int_equal(ledger_bind(fixture->ledger, row, &binding), 0);
	assert_int_equal(ledger_bind(fixture->ledger, other, &binding), -EEXIST);
	second.job_id = "DM2";
	assert_int_equal(ledger_bind(fixture->ledger, row, &second), -EEXIST);
	assert_is_bound(fixture->ledger, row, JOB_SUBMITTED);
	assert_int_equal(ledger_bind(fixture->ledger, row + 1000, &second), -ENOENT);
	assert_int_equal(ledger_bind(fixture->ledger, other, &second), 0);
}

/* If the binding names a row `from`, ledger_bind() takes the job away from that row in the same
 * step. If one of the two rows does not fit, nothing changes. */
static void a_row_gives_its_job_up_to_another(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = ensure(fixture->ledger, "a.yaml"), other = ensure(fixture->ledger, "b.yaml");
	struct ledger_binding moved = binding;
	struct job_record job = {0};

	assert_int_equal(ledger_bind(fixture->ledger, row, &binding), 0);
	moved.from = other; /* that row does not have DM1 */
	assert_int_equal(ledger_bind(fixture->ledger, other, &moved), -EEXIST);
	assert_is_bound(fixture->ledger, row, JOB_SUBMITTED);
	moved.from = row;
	assert_int_equal(ledger_bind(fixture->ledger, row + 1000, &moved), -ENOENT);
	/* the job moves completely or not at all */
	assert_is_bound(fixture->ledger, row, JOB_SUBMITTED);
	assert_int_equal(ledger_bind(fixture->ledger, other, &moved), 0);
	assert_is_bound(fixture->ledger, other, JOB_SUBMITTED);
	assert_int_equal(ledger_get(fixture->ledger, row, &job), 0);
	assert_null(job.job_id);
	job_record_finish(&job);
	assert_int_equal(ledger_bind(fixture->ledger, row, &binding), -EEXIST);
}

/* A row is bound while its create is under way: the submission goes on, and ends as an update of
 * the job. */
static void a_row_is_bound_while_its_submission_is_under_way(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = ensure(fixture->ledger, "a.yaml");
	struct ledger_submission submission = begin_create(fixture->ledger, row);
	const struct job_versions next = {5, 5};
	struct job_record job;

	assert_int_equal(ledger_bind(fixture->ledger, row, &binding), 0);
	assert_is_bound(fixture->ledger, row, JOB_SUBMITTING);
	submission.kind = SUBMIT_UPDATE;
	assert_int_equal(ledger_settle(fixture->ledger, &submission, "DM1", &next, NULL), 0);
	assert_int_equal(ledger_get(fixture->ledger, row, &job), 0);
	assert_int_equal(job.state, JOB_SUBMITTED);
	assert_int_equal(job.version, 5);
	assert_false(job.on_purpose);
	job_record_finish(&job);
}

/* A row whose content was refused is bound. The row keeps the error of the refusal, because the
 * refused content is newer than the job's. */
static void a_refusal_outlives_the_binding(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = ensure(fixture->ledger, "a.yaml");
	struct err refusal;
	struct job_record job;

	err_set(&refusal, EINVAL, "no document");
	assert_int_equal(ledger_refuse(fixture->ledger, row, false, &refusal, "no document\n"), 0);
	assert_int_equal(ledger_bind(fixture->ledger, row, &binding), 0);
	assert_int_equal(ledger_get(fixture->ledger, row, &job), 0);
	assert_int_equal(job.state, JOB_FAILED);
	assert_string_equal(job.error, "no document\n");
	assert_string_equal(job.job_id, "DM1");
	job_record_finish(&job);
}

static bool is_on_purpose(struct ledger *ledger, int64_t row)
{
	struct job_record job;
	bool on_purpose;

	assert_int_equal(ledger_get(ledger, row, &job), 0);
	on_purpose = job.on_purpose;
	job_record_finish(&job);
	return on_purpose;
}

static void a_job_is_bound_on_purpose_by_a_create_or_by_name(void **state)
{
	struct fixture *fixture = *state;
	int64_t made = ensure(fixture->ledger, "made.yaml"),
		named = ensure(fixture->ledger, "named.yaml");
	struct ledger_submission submission = begin_create(fixture->ledger, made);
	const struct job_versions first = {1, 1};
	struct ledger_binding by_name = binding;

	assert_int_equal(ledger_settle(fixture->ledger, &submission, "DM7", &first, NULL), 0);
	assert_true(is_on_purpose(fixture->ledger, made));
	by_name.on_purpose = true;
	assert_int_equal(ledger_bind(fixture->ledger, named, &by_name), 0);
	assert_true(is_on_purpose(fixture->ledger, named));
	/* on_purpose ends with the binding */
	assert_int_equal(ledger_forget(fixture->ledger, named), 0);
	assert_false(is_on_purpose(fixture->ledger, named));
	assert_int_equal(ledger_bind(fixture->ledger, named, &binding), 0);
	assert_false(is_on_purpose(fixture->ledger, named));
}

static void a_job_that_was_forgotten_is_so_no_more(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = ensure(fixture->ledger, "a.yaml");

	assert_int_equal(ledger_bind(fixture->ledger, row, &binding), 0);
	assert_int_equal(ledger_forget(fixture->ledger, row), 0);
	assert_int_equal(ledger_is_bound(fixture->ledger, "DM1"), 1);
	assert_int_equal(ledger_bind(fixture->ledger, row, &binding), 0);
	assert_int_equal(ledger_drop(fixture->ledger, row), 0);
	assert_int_equal(ledger_is_bound(fixture->ledger, "DM1"), 0);
}

/* A row is bound without a base and without a digest: it is a draft, whose base is unknown. */
static void a_binding_may_have_no_base(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = ensure(fixture->ledger, "a.yaml");
	struct ledger_binding unread = binding;
	struct job_record job;

	unread.versions.base = 0;
	unread.digest = NULL;
	assert_int_equal(ledger_bind(fixture->ledger, row, &unread), 0);
	assert_int_equal(ledger_get(fixture->ledger, row, &job), 0);
	assert_int_equal(job.base, 0);
	assert_int_equal(job.state, JOB_DRAFT);
	assert_false(job.has_digest);
	job_record_finish(&job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_is_bound_and_stays_so_in_the_next_mount,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(a_second_path_or_a_second_job_is_refused,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(a_row_gives_its_job_up_to_another, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(a_row_is_bound_while_its_submission_is_under_way,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(a_refusal_outlives_the_binding, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(a_job_is_bound_on_purpose_by_a_create_or_by_name,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(a_job_that_was_forgotten_is_so_no_more, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(a_binding_may_have_no_base, open_ledger,
						close_ledger),
	};

	return cmocka_run_group_tests_name("binding to a job that is there", tests, NULL, NULL);
}
