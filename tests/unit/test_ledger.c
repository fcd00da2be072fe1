/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "ledger/ledger.h"
#include "ledger/sql_states.h"

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

static const struct ledger_owner space_owner = {.source = SOURCE};

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

/* Records the intent to submit content for a path. Makes the row of the path if there is none. */
static struct ledger_submission intend(struct ledger *ledger, const char *path)
{
	static const struct owner nobody;
	static char content[] = "test";
	struct job_record job = {0};
	struct ledger_submission submission = {
		.kind = SUBMIT_CREATE,
		.state = JOB_SUBMITTING,
		.content = content,
		.content_size = strlen(content),
	};

	assert_int_equal(ledger_find_or_make(ledger, path, &nobody, &job), 0);
	submission.row = job.row;
	job_record_finish(&job);
	assert_int_equal(ledger_intend(ledger, &submission, JOB_DRAFT), 0);
	return submission;
}

/* ledger_undo() takes back a submission and its row, but a caller may still remember their IDs. So
 * no later submission or row gets these IDs. */
static void nothing_gets_the_id_of_what_was_undone(void **state)
{
	struct fixture *fixture = *state;
	struct ledger_submission undone = intend(fixture->ledger, "undone.yaml"), other;
	struct job_record job;

	ledger_undo(fixture->ledger);
	other = intend(fixture->ledger, "other.yaml");
	assert_int_not_equal(undone.id, other.id);
	assert_int_not_equal(undone.row, other.row);
	assert_int_equal(ledger_commit(fixture->ledger, true), 0);
	assert_int_equal(ledger_get(fixture->ledger, undone.row, &job), -ENOENT);
}

/* ledger_content() gives the content of a submission until the submission has ended; then -ENOENT.
 * While a create is under way, nothing else has its content. */
static void the_content_of_a_submission_is_read_until_it_ends(void **state)
{
	struct fixture *fixture = *state;
	struct ledger_submission submission = intend(fixture->ledger, "a.yaml");
	char *content;
	size_t size;

	assert_int_equal(ledger_content(fixture->ledger, submission.id, &content, &size), 0);
	assert_int_equal(size, strlen("test"));
	assert_string_equal(content, "test");
	free(content);
	assert_int_equal(ledger_end(fixture->ledger, &submission), 0);
	assert_int_equal(ledger_content(fixture->ledger, submission.id, &content, &size), -ENOENT);
}

/* The next mount gives no ID of a submission or of a row a second time. */
static void ids_go_on_in_the_next_mount_after_those_that_are_kept(void **state)
{
	struct fixture *fixture = *state;
	struct ledger_submission first = intend(fixture->ledger, "first.yaml"), second;
	struct err err;

	ledger_close(fixture->ledger);
	assert_int_equal(ledger_open(fixture->path, &space_owner, &fixture->ledger, &err), 0);
	second = intend(fixture->ledger, "second.yaml");
	assert_true(second.id > first.id);
	assert_true(second.row > first.row);
}

static const struct owner ann = {{1001, 1001, 0600}, {0, 0, 01777}},
			  ben = {{1002, 2003, 0664}, {1002, 2003, 02775}};

/* Makes a row for a path and an owner, and binds it to a job. Returns the row. */
static int64_t bind_row(struct ledger *ledger, const char *path, const struct owner *owner,
			const char *job_id)
{
	static char content[] = "test";
	const struct job_versions first = {1, 1};
	struct ledger_submission submission = {.kind = SUBMIT_CREATE,
					       .state = JOB_SUBMITTING,
					       .content = content,
					       .content_size = strlen(content)};
	struct job_record job = {0};

	assert_int_equal(ledger_find_or_make(ledger, path, owner, &job), 0);
	submission.row = job.row;
	job_record_finish(&job);
	assert_int_equal(ledger_intend(ledger, &submission, JOB_DRAFT), 0);
	assert_int_equal(ledger_settle(ledger, &submission, job_id, &first, NULL), 0);
	return submission.row;
}

static void assert_bound(struct ledger *ledger, const char *path, const char *job_id)
{
	struct job_record job = {0};
	int r = ledger_find(ledger, path, &job);

	assert_int_equal(r, job_id ? 0 : -ENOENT);
	if (job_id)
		assert_string_equal(job.job_id, job_id);
	job_record_finish(&job);
}

/* No path finds a row that is set aside. The row moves with its directory, and can come back. */
static void a_row_that_is_set_aside_is_found_by_no_path(void **state)
{
	struct fixture *fixture = *state;
	struct ledger *ledger = fixture->ledger;
	struct job_claim claims[CLAIMS_ASIDE_MAX + 1];
	struct job_rename rename = {.from = "d", .to = "e", .ino = 1, .directory = true};
	int64_t first = bind_row(ledger, "d/a.yaml", &ann, "ID1"), second;
	char *path;

	assert_int_equal(ledger_set_aside(ledger, first), 0);
	assert_bound(ledger, "d/a.yaml", NULL);
	assert_int_equal(ledger_knows(ledger, "d/a.yaml"), 0);
	second = bind_row(ledger, "d/a.yaml", &ben, "ID2");
	bind_row(ledger, "d/a.yaml.yaml", &ben, "ID3"); /* a name that begins like the other */
	assert_int_equal(ledger_claims(ledger, "d/a.yaml", claims), 2);
	assert_true(claims[0].row == second && !claims[0].is_aside);
	assert_true(claims[1].row == first && claims[1].is_aside);
	assert_true(owner_is_same(&claims[0].holding.owner, &ben));
	assert_true(owner_is_same(&claims[1].holding.owner, &ann));
	assert_int_equal(ledger_is_bound(ledger, "ID1"), 1);
	assert_int_equal(ledger_path(ledger, first, &path), 0);
	assert_string_equal(path, "d/a.yaml");
	free(path);
	assert_int_equal(ledger_rename_begin(ledger, &rename), 0);
	assert_int_equal(ledger_rename_done(ledger, &rename), 0);
	assert_int_equal(ledger_claims(ledger, "d/a.yaml", claims), 0);
	assert_int_equal(ledger_claims(ledger, "e/a.yaml", claims), 2);
	assert_int_equal(ledger_set_aside(ledger, second), 0);
	assert_int_equal(ledger_bring_back(ledger, first), 0);
	assert_bound(ledger, "e/a.yaml", "ID1");
	assert_bound(ledger, "e/a.yaml.yaml", "ID3");
}

static int find_owner(void *data, const char *path, struct owner *ret_owner)
{
	(void)data;
	if (!strcmp(path, "unseen.yaml"))
		return -EIO;
	*ret_owner = strcmp(path, "d/a.yaml") ? ben : ann;
	return 0;
}

/* If the owner of one file cannot be found, ledger_learn_owners() records no owner: the next mount
 * asks again. */
static void owners_are_learnt_of_all_rows_or_of_none(void **state)
{
	struct fixture *fixture = *state;
	struct ledger *ledger = fixture->ledger;
	struct job_record job = {0};
	static const struct owner nobody;

	assert_int_equal(ledger_owners_known(ledger), 1);
	bind_row(ledger, "d/a.yaml", &nobody, "ID1");
	bind_row(ledger, "unseen.yaml", &nobody, "ID2");
	assert_int_equal(ledger_commit(ledger, false), 0);
	assert_int_equal(ledger_learn_owners(ledger, find_owner, NULL), -EIO);
	assert_int_equal(ledger_find(ledger, "d/a.yaml", &job), 0);
	assert_true(owner_is_same(&job.holding.owner, &nobody));
	job_record_finish(&job);
	assert_int_equal(ledger_find(ledger, "unseen.yaml", &job), 0);
	assert_int_equal(ledger_drop(ledger, job.row), 0);
	job_record_finish(&job);
	assert_int_equal(ledger_learn_owners(ledger, find_owner, NULL), 0);
	assert_int_equal(ledger_find(ledger, "d/a.yaml", &job), 0);
	assert_true(owner_is_same(&job.holding.owner, &ann));
	job_record_finish(&job);
}

static struct job_record find(struct ledger *ledger, const char *path)
{
	struct job_record job = {0};

	assert_int_equal(ledger_find(ledger, path, &job), 0);
	return job;
}

static const unsigned char digest[CONTENT_DIGEST_SIZE] = {1, 2, 3};

static void a_row_that_is_given_back_leaves_a_mark(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	const struct job_backup backup = {.path = "d/old.yaml", .digest = digest};
	int64_t row = bind_row(ledger, backup.path, &ann, "J1"), marked, other;
	struct job_record job;

	/* a.yaml has a row without a job: that row gives way */
	assert_int_equal(ledger_ensure(ledger, "a.yaml", &ben, &other), 0);
	assert_int_equal(ledger_give_back(ledger, row, "a.yaml", &backup), 0);
	job = find(ledger, "a.yaml");
	assert_int_equal(job.row, row);
	assert_string_equal(job.job_id, "J1");
	assert_false(job.backup);
	job_record_finish(&job);

	job = find(ledger, backup.path);
	assert_true(job.backup && job.has_digest && !job.job_id && job.state == JOB_DRAFT);
	assert_memory_equal(job.digest, digest, sizeof(digest));
	assert_true(owner_is_same(&job.holding.owner, &ann));
	assert_int_equal(ledger_find_backup(ledger, backup.path, &marked), 0);
	assert_int_equal(marked, job.row);
	job_record_finish(&job);
	assert_int_equal(ledger_find_backup(ledger, "a.yaml", &marked), -ENOENT);
}

static void a_name_that_has_a_job_by_now_keeps_it(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	const struct job_backup backup = {.path = "old.yaml", .digest = digest};
	int64_t row = bind_row(ledger, backup.path, &ann, "J1"),
		other = bind_row(ledger, "a.yaml", &ben, "J2"), none;
	struct ledger_submission unfinished = intend(ledger, "b.yaml");
	struct job_record job;

	assert_int_equal(ledger_give_back(ledger, row, "a.yaml", &backup), -EEXIST);
	assert_int_equal(ledger_give_back(ledger, row, "b.yaml", &backup), -EEXIST);
	assert_int_equal(ledger_give_back(ledger, row + 1000, "c.yaml", &backup), -EEXIST);
	job = find(ledger, backup.path);
	assert_int_equal(job.row, row);
	job_record_finish(&job);
	job = find(ledger, "a.yaml");
	assert_int_equal(job.row, other);
	job_record_finish(&job);
	job = find(ledger, "b.yaml");
	assert_int_equal(job.row, unfinished.row);
	job_record_finish(&job);
	assert_int_equal(ledger_find_backup(ledger, backup.path, &none), -ENOENT);
}

static void a_mark_ends(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	struct job_backup backup = {.path = "old.yaml"};
	int64_t row = bind_row(ledger, backup.path, &ann, "J1"), marked;
	const struct err err = {.errnum = EINVAL};
	struct job_record job;

	assert_int_equal(ledger_give_back(ledger, row, "a.yaml", &backup), 0);
	assert_int_equal(ledger_find_backup(ledger, backup.path, &marked), 0);
	assert_int_equal(ledger_unmark_backup(ledger, marked), 0);
	/* this row is not marked as a backup: nothing changes */
	assert_int_equal(ledger_unmark_backup(ledger, row), 0);
	job = find(ledger, backup.path);
	assert_false(job.backup || job.has_digest);
	job_record_finish(&job);
	job = find(ledger, "a.yaml");
	assert_true(job.has_digest);
	job_record_finish(&job);

	backup.path = "b.yaml";
	assert_int_equal(ledger_give_back(ledger, row, "c.yaml", &backup), 0);
	assert_int_equal(ledger_find_backup(ledger, backup.path, &marked), 0);
	assert_int_equal(ledger_drop_backup(ledger, row), 0);
	assert_int_equal(ledger_drop_backup(ledger, marked), 0);
	assert_int_equal(ledger_find(ledger, backup.path, &job), -ENOENT);

	/* a backup that has an error keeps its row */
	backup.path = "d.yaml";
	assert_int_equal(ledger_give_back(ledger, row, "a.yaml", &backup), 0);
	assert_int_equal(ledger_find_backup(ledger, backup.path, &marked), 0);
	assert_int_equal(ledger_refuse(ledger, marked, false, &err, "no"), 0);
	assert_int_equal(ledger_drop_backup(ledger, marked), 0);
	job = find(ledger, backup.path);
	assert_true(!job.backup && job.error);
	job_record_finish(&job);
}

static void sql_says_the_same_of_states_as_c(void **state)
{
	(void)state;
	for (int i = 0; i < JOB_STATE_COUNT; i++) {
		const enum job_state job_state = (enum job_state)i;
		const bool is_sent = job_state == JOB_SUBMITTING || job_state == JOB_IN_DOUBT;

		assert_int_equal(strchr(SQL_UNFINISHED, '0' + i) != NULL,
				 job_state_is_unfinished(job_state));
		assert_int_equal(strchr(SQL_SENT, '0' + i) != NULL, is_sent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_that_is_set_aside_is_found_by_no_path,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(owners_are_learnt_of_all_rows_or_of_none,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(nothing_gets_the_id_of_what_was_undone, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(the_content_of_a_submission_is_read_until_it_ends,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(
			ids_go_on_in_the_next_mount_after_those_that_are_kept, open_ledger,
			close_ledger),
		cmocka_unit_test_setup_teardown(a_row_that_is_given_back_leaves_a_mark, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(a_name_that_has_a_job_by_now_keeps_it, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(a_mark_ends, open_ledger, close_ledger),
		cmocka_unit_test(sql_says_the_same_of_states_as_c),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
