/* SPDX-License-Identifier: MIT */
/*
 * Tests of the door of submit, as fs/space and the programs use it: questions, changes, renames,
 * and the beginning of a mount. The tests look at the ledger and the engine through the door only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "fake_statements.h"
#include "submit/bounds.h"
#include "submit_fixture.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Returns the record of a path, which must have a row. The caller finishes the record. */
static struct job_record find(struct fixture *fixture, const char *path)
{
	struct job_record record = {0};

	assert_int_equal(submit_find(fixture->engine, path, &record), 0);
	return record;
}

static int64_t row_of(struct fixture *fixture, const char *path)
{
	_cleanup_job_record_ struct job_record record = find(fixture, path);

	return record.row;
}

static void assert_unknown(struct fixture *fixture, const char *path)
{
	struct job_record record = {0};

	assert_int_equal(submit_find(fixture->engine, path, &record), -ENOENT);
}

static int change(struct fixture *fixture, struct submit_change change)
{
	fixture->is_due = true;
	return submit_change(fixture->engine, &change);
}

/* Records that a content of a path was refused. Returns the row of the path. If the path has no
 * job, the row has only the text of the error. */
static int64_t refuse(struct fixture *fixture, const char *path)
{
	const struct author author = {0};
	struct err err;

	err_set(&err, EINVAL, "no document");
	fixture->is_due = true;
	assert_int_equal(submit_refuse(fixture->engine, path, &author, false, &err), -EINVAL);
	return row_of(fixture, path);
}

/* Commits a path with submit=queue (queue) or submit=sync, and runs the loop without answering a
 * request. */
static void commit(struct fixture *fixture, const char *path, bool queue, struct writer *writer)
{
	fixture->rules.queue = queue;
	assert_int_equal(fixture_commit(fixture, path, "one", writer), 0);
	fixture->rules.queue = false;
	fixture_settle(fixture);
}

/* ---- questions to the ledger: they change nothing ---- */

static void of_a_path_that_nobody_wrote_nothing_is_known(void **state)
{
	struct engine *engine = ((struct fixture *)*state)->engine;
	struct job_claim claims[CLAIMS_ASIDE_MAX + 1];
	struct job_glance glance;
	struct job_unmade unmade;
	char *text = NULL;
	size_t size = 1;

	assert_unknown(*state, "a.yaml");
	assert_int_equal(submit_glance(engine, "a.yaml", &glance), -ENOENT);
	assert_int_equal(submit_path(engine, 1, &text), -ENOENT);
	assert_int_equal(submit_claims(engine, "a.yaml", claims), 0);
	assert_int_equal(submit_paths_below(engine, "", &text, &size), 0);
	assert_int_equal(size, 0);
	free(text);
	assert_int_equal(submit_next_unmade(engine, "", 0, &unmade), -ENOENT);
}

static void each_condition_holds_where_it_should(void **state)
{
	static const struct {
		const char *path;
		int has_job, has_rows, is_busy, is_under_way;
	} rows[] = {
		{"none.yaml", 0, 0, 0, 0},
		{"bound.yaml", 1, 1, 0, 0},
		{"dir/refused.yaml", 0, 1, 0, 0},
		{"dir", 0, 1, 0, 0},
		{"di", 0, 0, 0, 0},
		{"queued/a.yaml", 1, 1, 1, 0},
		{"queued", 0, 1, 1, 0},
		{"doubt/a.yaml", 1, 1, 1, 1},
		{"doubt", 0, 1, 1, 0},
		{"flying/a.yaml", 1, 1, 1, 1},
		{"flying", 0, 1, 1, 0},
	};
	struct fixture *fixture = *state;
	struct writer writers[3] = {{0}};

	fixture_make(fixture, "bound.yaml", "one");
	refuse(fixture, "dir/refused.yaml");
	commit(fixture, "queued/a.yaml", true, &writers[0]);
	fixture_answer(fixture, FAKE_LIST, FAKE_BUSY);
	commit(fixture, "doubt/a.yaml", false, &writers[1]);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_CREATE, FAKE_LOST);
	commit(fixture, "flying/a.yaml", false, &writers[2]);
	fixture_assert_state(fixture, "queued/a.yaml", JOB_QUEUED);
	fixture_assert_state(fixture, "doubt/a.yaml", JOB_IN_DOUBT);
	fixture_assert_state(fixture, "flying/a.yaml", JOB_SUBMITTING);
	for (size_t i = 0; i < N_OF(rows); i++) {
		const int expected[] = {[PATH_HAS_JOB] = rows[i].has_job,
					[PATH_HAS_ROWS] = rows[i].has_rows,
					[PATH_IS_BUSY] = rows[i].is_busy,
					[PATH_IS_UNDER_WAY] = rows[i].is_under_way};

		for (size_t what = 0; what < N_OF(expected); what++) {
			int answer = submit_ask(fixture->engine, (enum submit_condition)what,
						rows[i].path);

			if (answer != expected[what])
				fail_msg("condition %zu of %s: %d", what, rows[i].path, answer);
		}
	}
}

static void conditions_of_no_path_follow_what_is_changed(void **state)
{
	static const struct owner owner;
	struct fixture *fixture = *state;
	struct engine *engine = fixture->engine;

	assert_int_equal(submit_ask(engine, SOME_NAME_IS_UNMADE, NULL), 0);
	assert_int_equal(submit_ask(engine, CHANGES_ARE_UNCOMMITTED, NULL), 0);
	change(fixture, (struct submit_change){
				.kind = CHANGE_MARK_UNMADE, .path = "a.yaml", .owner = &owner});
	assert_int_equal(submit_ask(engine, SOME_NAME_IS_UNMADE, NULL), 1);
	assert_int_equal(submit_ask(engine, CHANGES_ARE_UNCOMMITTED, NULL), 1);
	assert_int_equal(submit_save(engine), 0);
	assert_int_equal(submit_ask(engine, CHANGES_ARE_UNCOMMITTED, NULL), 0);
	fixture_crash(fixture, false, NULL, NULL);
	assert_int_equal(submit_ask(fixture->engine, SOME_NAME_IS_UNMADE, NULL), 1);
}

/* A submission that waits for a slot has no row in the ledger yet, but its path counts as busy all
 * the same. */
static void what_waits_for_its_turn_is_busy(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[2] = {{0}};

	fixture->options.inflight_max = 1;
	fixture_remount(fixture);
	commit(fixture, "a.yaml", false, &writers[0]);
	commit(fixture, "b.yaml", false, &writers[1]);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 1);
	assert_int_equal(submit_ask(fixture->engine, PATH_IS_BUSY, "b.yaml"), 1);
	assert_int_equal(submit_ask(fixture->engine, PATH_IS_UNDER_WAY, "b.yaml"), 1);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(submit_ask(fixture->engine, PATH_IS_BUSY, "b.yaml"), 0);
}

static void a_question_to_a_ledger_that_cannot_be_read_is_not_answered_no(void **state)
{
	static const enum submit_condition conditions[] = {
		PATH_HAS_JOB, PATH_HAS_ROWS, PATH_IS_BUSY, PATH_IS_UNDER_WAY, SOME_NAME_IS_UNMADE};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < N_OF(conditions); i++) {
		fake_statements_fail(1);
		assert_int_equal(submit_ask(fixture->engine, conditions[i], "a.yaml"), -EIO);
		assert_true(fake_statements_work());
	}
	assert_int_equal(submit_ask(fixture->engine, (enum submit_condition)99, "a.yaml"), -EINVAL);
}

static void a_glance_sees_the_sizes_of_the_siblings(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_job_record_ struct job_record bound = {0}, refused = {0};
	struct job_glance glance;

	fixture_make(fixture, "a.yaml", "one");
	bound = find(fixture, "a.yaml");
	assert_int_equal(submit_glance(fixture->engine, "a.yaml", &glance), 0);
	assert_int_equal(glance.id_size, strlen(bound.job_id) + 1);
	assert_int_equal(glance.error_size, 0);
	refuse(fixture, "b.yaml");
	refused = find(fixture, "b.yaml");
	assert_int_equal(submit_glance(fixture->engine, "b.yaml", &glance), 0);
	assert_int_equal(glance.id_size, 0);
	assert_int_equal(glance.error_size, strlen(refused.error));
}

static void a_row_tells_its_path_and_a_directory_its_rows(void **state)
{
	struct fixture *fixture = *state;
	char *text = NULL;
	size_t size = 0;
	int64_t aside;

	refuse(fixture, "dir/a.yaml");
	aside = refuse(fixture, "dir/sub/b.yaml");
	refuse(fixture, "dir.yaml");
	assert_int_equal(submit_path(fixture->engine, aside, &text), 0);
	assert_string_equal(text, "dir/sub/b.yaml");
	free(text);
	assert_int_equal(
		change(fixture, (struct submit_change){.kind = CHANGE_SET_ASIDE, .row = aside}), 0);
	assert_int_equal(submit_paths_below(fixture->engine, "dir", &text, &size), 0);
	assert_int_equal(size, sizeof("dir/a.yaml") + sizeof("dir/sub/b.yaml"));
	assert_non_null(memmem(text, size, "dir/a.yaml", sizeof("dir/a.yaml")));
	assert_non_null(memmem(text, size, "dir/sub/b.yaml", sizeof("dir/sub/b.yaml")));
	free(text);
}

struct reading {
	struct fixture *fixture;
	int calls, result;
};

static int read_twice(void *data)
{
	struct reading *reading = data;

	reading->calls++;
	row_of(reading->fixture, "a.yaml");
	row_of(reading->fixture, "b.yaml");
	return reading->result;
}

static void many_reads_return_what_the_reader_returns(void **state)
{
	struct fixture *fixture = *state;
	struct reading reading = {.fixture = fixture, .result = 7};

	refuse(fixture, "a.yaml");
	refuse(fixture, "b.yaml");
	fixture_settle(fixture);
	assert_int_equal(submit_read_many(fixture->engine, read_twice, &reading), 7);
	reading.result = -ENAMETOOLONG;
	assert_int_equal(submit_read_many(fixture->engine, read_twice, &reading), -ENAMETOOLONG);
	assert_int_equal(reading.calls, 2);
	fake_statements_fail(1);
	assert_int_equal(submit_read_many(fixture->engine, read_twice, &reading), -EIO);
	assert_true(fake_statements_work());
	assert_int_equal(reading.calls, 2);
	refuse(fixture, "c.yaml"); /* a failed reading does not stop the writing */
	fixture_settle(fixture);
	assert_int_equal(submit_ask(fixture->engine, CHANGES_ARE_UNCOMMITTED, NULL), 0);
}

/* ---- changes of rows: submit_change() ---- */

static void each_kind_of_change_says_that_the_ledger_cannot_be_written(void **state)
{
	static const struct holding holding;
	static const struct owner owner;
	struct fixture *fixture = *state;
	int64_t row = refuse(fixture, "a.yaml");

	fixture_settle(fixture);
	for (int kind = CHANGE_HOLDING; kind <= CHANGE_DROP_BACKUP; kind++) {
		if (kind == CHANGE_FORGET) /* CHANGE_FORGET needs a binding: see below */
			continue;
		fake_statements_fail(1);
		assert_int_equal(
			change(fixture,
			       (struct submit_change){.kind = (enum submit_change_kind)kind,
						      .row = row,
						      .path = "a.yaml",
						      .holding = &holding,
						      .owner = &owner}),
			-EIO);
		assert_true(fake_statements_work());
	}
	assert_int_equal(
		change(fixture, (struct submit_change){.kind = (enum submit_change_kind)99}),
		-EINVAL);
	fixture_settle(fixture);
	assert_int_equal(row_of(fixture, "a.yaml"), row);
}

static void a_row_is_held_by_whom_the_caller_names(void **state)
{
	const struct holding holding = {
		.owner = {.file = {1001, 1002, 0600}, .directory = {1003, 1004, 01777}},
		.has_heir = true,
		.heir_reads = true,
		.heir = 1005};
	struct fixture *fixture = *state;
	int64_t row = refuse(fixture, "a.yaml");
	struct job_glance glance;

	assert_int_equal(change(fixture, (struct submit_change){.kind = CHANGE_HOLDING,
								.row = row,
								.holding = &holding}),
			 0);
	assert_int_equal(submit_glance(fixture->engine, "a.yaml", &glance), 0);
	assert_true(holding_is_same(&glance.holding, &holding));
}

static void rows_that_are_set_aside_are_claims_until_they_come_back(void **state)
{
	struct fixture *fixture = *state;
	struct job_claim claims[CLAIMS_ASIDE_MAX + 1];
	int64_t rows[3];

	for (int i = 0; i < 3; i++) {
		rows[i] = refuse(fixture, "a.yaml");
		if (i < 2)
			change(fixture,
			       (struct submit_change){.kind = CHANGE_SET_ASIDE, .row = rows[i]});
	}
	assert_int_equal(submit_claims(fixture->engine, "a.yaml", claims), 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(claims[i].row, rows[2 - i]);
		assert_int_equal(claims[i].is_aside, i > 0);
	}
	assert_int_equal(row_of(fixture, "a.yaml"), rows[2]);
	change(fixture, (struct submit_change){.kind = CHANGE_SET_ASIDE, .row = rows[2]});
	assert_unknown(fixture, "a.yaml");
	assert_int_equal(
		change(fixture, (struct submit_change){.kind = CHANGE_BRING_BACK, .row = rows[0]}),
		0);
	assert_int_equal(row_of(fixture, "a.yaml"), rows[0]);
}

/* A row is set aside while its submission is under way: the job is made, and belongs to the row. */
static void what_is_under_way_goes_on_when_its_row_is_set_aside(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	int64_t row;

	commit(fixture, "a.yaml", false, &writer);
	row = row_of(fixture, "a.yaml");
	change(fixture, (struct submit_change){.kind = CHANGE_SET_ASIDE, .row = row});
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, 0);
	assert_unknown(fixture, "a.yaml");
	change(fixture, (struct submit_change){.kind = CHANGE_BRING_BACK, .row = row});
	fixture_assert_held(fixture, "a.yaml", "one");
}

static void a_dismissed_story_is_not_shown_and_stays(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = refuse(fixture, "a.yaml");
	_cleanup_job_record_ struct job_record record = {0};
	struct job_glance glance;

	assert_int_equal(
		change(fixture, (struct submit_change){.kind = CHANGE_DISMISS, .row = row}), 0);
	assert_int_equal(submit_glance(fixture->engine, "a.yaml", &glance), 0);
	assert_int_equal(glance.error_size, 0);
	record = find(fixture, "a.yaml");
	assert_true(record.dismissed);
	assert_int_equal(record.state, JOB_FAILED);
	assert_non_null(strstr(record.error, "no document"));
}

static void a_story_that_ends_takes_a_row_along_that_knows_nothing_else(void **state)
{
	struct fixture *fixture = *state;
	int64_t refused = refuse(fixture, "refused.yaml"), bound;
	_cleanup_job_record_ struct job_record record = {0};

	fixture_make(fixture, "bound.yaml", "one");
	bound = refuse(fixture, "bound.yaml");
	fixture_assert_state(fixture, "bound.yaml", JOB_FAILED);
	change(fixture, (struct submit_change){.kind = CHANGE_END_STORY, .row = refused});
	change(fixture, (struct submit_change){.kind = CHANGE_END_STORY, .row = bound});
	assert_unknown(fixture, "refused.yaml");
	record = find(fixture, "bound.yaml");
	assert_null(record.error);
	fixture_assert_held(fixture, "bound.yaml", "one");
}

static int forget(struct fixture *fixture, const char *path)
{
	_cleanup_job_record_ struct job_record record = find(fixture, path);

	return change(fixture, (struct submit_change){.kind = CHANGE_FORGET, .record = &record});
}

static void the_next_commit_of_a_forgotten_job_makes_another(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writer), 0);
	fixture_settle(fixture);
	assert_int_equal(forget(fixture, "a.yaml"), -EBUSY);
	assert_true(fixture_quiesce(fixture));
	fake_statements_fail(2);
	assert_int_equal(forget(fixture, "a.yaml"), -EIO);
	assert_true(fake_statements_work());
	assert_int_equal(forget(fixture, "a.yaml"), 0);
	fixture_settle(fixture);
	assert_int_equal(forget(fixture, "a.yaml"), -ENODATA);
	assert_int_equal(submit_ask(fixture->engine, PATH_HAS_JOB, "a.yaml"), 0);
	fixture_make(fixture, "a.yaml", "two");
	assert_int_equal(fake_service_count(&fixture->service, true), 2);
}

/* A user can end the doubt of a create when nothing can tell which job it has made; before,
 * forgetting gives -EBUSY. */
static void a_doubt_is_forgotten_when_nobody_can_tell(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	commit(fixture, "a.yaml", false, &writer);
	assert_int_equal(forget(fixture, "a.yaml"), -EBUSY);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_CREATE, FAKE_LOST);
	for (int i = 0; i < 2; i++)
		fake_service_make(&fixture->service, "a", "one");
	assert_int_equal(forget(fixture, "a.yaml"), -EBUSY);
	assert_false(fixture_quiesce(fixture));
	assert_int_equal(forget(fixture, "a.yaml"), 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
	assert_int_equal(forget(fixture, "a.yaml"), -ENODATA);
}

static void a_name_tells_once_what_it_had_kept(void **state)
{
	static const struct {
		const char *path;
		enum attr attr;
		int kept;
	} rows[] = {
		{"none.yaml", ATTR_RISK_LEVEL, 0}, {"a.yaml", ATTR_NAME, 0},
		{"a.yaml", ATTR_RISK_LEVEL, 1},	   {"a.yaml", ATTR_RISK_LEVEL, 0},
		{"a.yaml", ATTR_DESCRIPTION, 1},
	};
	struct fixture *fixture = *state;
	struct writer writer = {0};
	const struct commit_spec spec = {
		.path = "a.yaml", .content = "one", .risk = "HIGH", .description = "mine"};

	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	assert_true(fixture_quiesce(fixture));
	for (size_t i = 0; i < N_OF(rows); i++)
		assert_int_equal(change(fixture, (struct submit_change){.kind = CHANGE_DISOWN,
									.path = rows[i].path,
									.attr = rows[i].attr}),
				 rows[i].kept);
}

static void names_that_were_never_made_are_told_by_directory(void **state)
{
	static const struct owner owner;
	static const char *const paths[] = {"dir/a.yaml", "b.yaml", "dir/c.yaml", "dir/d.yaml"};
	static const char *const told[] = {"a.yaml", "d.yaml"};
	struct fixture *fixture = *state;
	struct job_unmade next = {0};

	for (size_t i = 0; i < N_OF(paths); i++)
		assert_int_equal(change(fixture, (struct submit_change){.kind = CHANGE_MARK_UNMADE,
									.path = paths[i],
									.owner = &owner}),
				 0);
	refuse(fixture, "dir/d.yaml");
	for (int i = 0; i < 2; i++) /* the second time the path has no row */
		assert_int_equal(
			change(fixture,
			       (struct submit_change){.kind = CHANGE_UNMARK_UNMADE,
						      .path = i ? "e.yaml" : "dir/c.yaml"}),
			0);
	for (size_t i = 0; i < N_OF(told); i++) {
		assert_int_equal(submit_next_unmade(fixture->engine, "dir", next.row, &next), 0);
		assert_string_equal(next.name, told[i]);
		assert_int_equal(next.seen.error_size > 0, !strcmp(next.name, "d.yaml"));
	}
	assert_int_equal(submit_next_unmade(fixture->engine, "dir", next.row, &next), -ENOENT);
	change(fixture, (struct submit_change){.kind = CHANGE_UNMARK_UNMADE, .path = "b.yaml"});
	assert_int_equal(submit_next_unmade(fixture->engine, "", 0, &next), -ENOENT);
}

static const unsigned char digest[CONTENT_DIGEST_SIZE] = "of the backup";

/* Records that the job file a.yaml (row) was moved to b.yaml and then made again: its job goes back
 * to a.yaml. backup: what is recorded of b.yaml. Returns the result of CHANGE_GIVE_BACK. */
static int give_back(struct fixture *fixture, int64_t row, const struct job_backup *backup)
{
	struct job_rename rename = {.from = "a.yaml", .to = "b.yaml", .ino = 1};

	assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
	assert_int_equal(submit_rename(fixture->engine, RENAME_DONE, &rename), 0);
	assert_int_equal(submit_rename(fixture->engine, RENAME_SAVE, &rename), 0);
	assert_int_equal(row_of(fixture, "b.yaml"), row);
	return change(fixture, (struct submit_change){.kind = CHANGE_GIVE_BACK,
						      .row = row,
						      .path = "a.yaml",
						      .backup = backup});
}

static void a_job_goes_back_to_its_name_and_its_file_is_a_backup(void **state)
{
	const struct job_backup backup = {.path = "b.yaml", .digest = digest};
	struct fixture *fixture = *state;
	_cleanup_job_record_ struct job_record record = {0};
	int64_t row;

	fixture_make(fixture, "a.yaml", "one");
	row = row_of(fixture, "a.yaml");
	assert_int_equal(give_back(fixture, row, &backup), 0);
	assert_int_equal(submit_ask(fixture->engine, CHANGES_ARE_UNCOMMITTED, NULL), 0);
	assert_int_equal(row_of(fixture, "a.yaml"), row);
	record = find(fixture, "b.yaml");
	assert_true(record.backup);
	assert_null(record.job_id);
	assert_memory_equal(record.digest, digest, sizeof(digest));
	fixture_make(fixture, "a.yaml", "two"); /* an update of the same job */
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* A file counts as a backup no more when it is written, or leaves its name. */
static void the_mark_of_a_backup_ends(void **state)
{
	static const enum submit_change_kind ends[] = {CHANGE_UNMARK_BACKUP, CHANGE_DROP_BACKUP};
	const struct job_backup backup = {.path = "b.yaml"};

	(void)state;
	for (size_t i = 0; i < N_OF(ends); i++) {
		struct fixture *fixture = fixture_open(false);
		struct job_record record = {0};

		assert_int_equal(
			change(fixture, (struct submit_change){.kind = ends[i], .path = "b.yaml"}),
			0); /* b.yaml is no backup yet */
		fixture_make(fixture, "a.yaml", "one");
		assert_int_equal(give_back(fixture, row_of(fixture, "a.yaml"), &backup), 0);
		assert_int_equal(
			change(fixture, (struct submit_change){.kind = ends[i], .path = "b.yaml"}),
			0);
		assert_int_equal(submit_find(fixture->engine, "b.yaml", &record),
				 ends[i] == CHANGE_DROP_BACKUP ? -ENOENT : 0);
		assert_false(record.backup);
		job_record_finish(&record);
		fixture_assert_held(fixture, "a.yaml", "one");
		fixture_close(fixture);
	}
}

static void a_job_does_not_go_back_to_a_name_with_another_job(void **state)
{
	struct fixture *fixture = *state;
	int64_t row;

	fixture_make(fixture, "c.yaml", "one");
	row = row_of(fixture, "c.yaml");
	fixture_make(fixture, "a.yaml", "two");
	assert_int_equal(change(fixture, (struct submit_change){.kind = CHANGE_GIVE_BACK,
								.row = row,
								.path = "a.yaml"}),
			 -EEXIST);
	assert_int_equal(change(fixture, (struct submit_change){.kind = CHANGE_GIVE_BACK,
								.row = 99,
								.path = "d.yaml"}),
			 -EEXIST);
	fixture_assert_held(fixture, "c.yaml", "one");
	fixture_assert_held(fixture, "a.yaml", "two");
	assert_unknown(fixture, "d.yaml");
	assert_int_equal(change(fixture, (struct submit_change){.kind = CHANGE_GIVE_BACK,
								.row = row,
								.path = "d.yaml"}),
			 0); /* no backup: the file of c.yaml is gone */
	fixture_assert_held(fixture, "d.yaml", "one");
	assert_unknown(fixture, "c.yaml");
}

/* ---- renames: submit_rename() ---- */

/* Stands for the spool. answer: was a rename done? 1, 0 or -errno. asked: how often the engine has
 * asked. directory: the renames are of directories. */
struct spool {
	int answer, asked;
	bool directory;
};

static int spool_says(void *data, struct job_rename *rename)
{
	struct spool *spool = data;

	spool->asked++;
	rename->directory = rename->to_directory = spool->directory;
	return spool->answer;
}

/* Each end of a rename, and the paths that the rows of a.yaml and b.yaml have then. */
static void rows_follow_a_rename_that_was_done(void **state)
{
	static const struct {
		enum rename_step end;
		bool exchange;
		/* the paths at the end; second: of the row that was b.yaml's */
		const char *first, *second;
	} rows[] = {
		{RENAME_DONE, true, "b.yaml", "a.yaml"},
		{RENAME_UNDONE, true, "a.yaml", "b.yaml"},
		{RENAME_UNDONE, false, "a.yaml", "b.yaml"},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct fixture *fixture = fixture_open(false);
		struct spool spool = {.answer = -EIO};
		struct job_rename rename = {
			.from = "a.yaml", .to = "b.yaml", .ino = 1, .exchange = rows[i].exchange};

		fixture_make(fixture, "a.yaml", "one");
		fixture_make(fixture, "b.yaml", "two");
		assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
		assert_int_equal(submit_rename(fixture->engine, rows[i].end, &rename), 0);
		assert_int_equal(submit_rename(fixture->engine, RENAME_SAVE, &rename), 0);
		fixture->witness =
			(struct spool_witness){.was_renamed = spool_says, .data = &spool};
		fixture_crash(fixture, false, NULL, NULL);
		assert_int_equal(spool.asked, 0);
		assert_int_equal(submit_settle_renames(fixture->engine, spool_says, &spool), 0);
		assert_int_equal(spool.asked, 0);
		fixture_assert_held(fixture, rows[i].first, "one");
		fixture_assert_held(fixture, rows[i].second, "two");
		fixture_close(fixture);
	}
}

/* The power fails after the record that a rename begins. The next mount asks the spool whether the
 * rename was done, and moves the row or not. If the spool cannot tell, the mount asks again. */
static void a_rename_that_a_crash_has_cut_is_ended_by_the_next_mount(void **state)
{
	static const struct {
		int answer;
		const char *path; /* the path of the job at the end */
		int asked;	  /* how often that mount and the next one asked */
	} rows[] = {{1, "new/a.yaml", 1}, {0, "old/a.yaml", 1}, {-EBUSY, "old/a.yaml", 2}};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct fixture *fixture = fixture_open(false);
		struct spool spool = {.answer = rows[i].answer, .directory = true};
		struct job_rename rename = {.from = "old", .to = "new", .ino = 1};

		fixture_make(fixture, "old/a.yaml", "one");
		assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
		fixture->witness =
			(struct spool_witness){.was_renamed = spool_says, .data = &spool};
		fixture_crash(fixture, true, NULL, NULL);
		fixture_remount(fixture);
		assert_int_equal(spool.asked, rows[i].asked);
		fixture_assert_held(fixture, rows[i].path, "one");
		fixture_close(fixture);
	}
}

/* The end of a rename cannot be recorded: the rename is settled before anything is submitted. */
static void a_rename_whose_end_is_not_recorded_is_settled(void **state)
{
	static const enum rename_step failing[] = {RENAME_DONE, RENAME_UNDONE, RENAME_SAVE};

	(void)state;
	for (size_t i = 0; i < N_OF(failing); i++) {
		struct fixture *fixture = fixture_open(false);
		struct spool spool = {.answer = 1};
		struct job_rename rename = {.from = "a.yaml", .to = "b.yaml", .ino = 1};

		fixture_make(fixture, "a.yaml", "one");
		assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
		if (failing[i] == RENAME_SAVE)
			assert_int_equal(submit_rename(fixture->engine, RENAME_DONE, &rename), 0);
		else
			spool.answer = failing[i] == RENAME_DONE;
		fake_statements_fail(1);
		assert_int_equal(submit_rename(fixture->engine, failing[i], &rename), -EIO);
		assert_true(fake_statements_work());
		fake_statements_fail(1); /* the list of renames that were begun cannot be read */
		assert_int_equal(submit_settle_renames(fixture->engine, spool_says, &spool), -EIO);
		assert_true(fake_statements_work());
		assert_int_equal(submit_settle_renames(fixture->engine, spool_says, &spool), 0);
		assert_int_equal(spool.asked, 1);
		assert_int_equal(submit_settle_renames(fixture->engine, spool_says, &spool), 0);
		assert_int_equal(spool.asked, 1);
		fixture_assert_held(fixture, spool.answer ? "b.yaml" : "a.yaml", "one");
		fixture_close(fixture);
	}
}

static void a_rename_that_cannot_be_recorded_does_not_begin(void **state)
{
	struct fixture *fixture = *state;
	struct spool spool = {.answer = 1};
	struct job_rename rename = {.from = "a.yaml", .to = "b.yaml", .ino = 1};

	fixture_make(fixture, "a.yaml", "one");
	fake_disk_fail_syncs(true);
	assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), -EIO);
	fake_disk_fail_syncs(false);
	fixture->witness = (struct spool_witness){.was_renamed = spool_says, .data = &spool};
	spool.answer = 0;
	fixture_remount(fixture);
	fixture_assert_held(fixture, "a.yaml", "one");
}

/* ---- waiters that are answered after the commit: submit_when_recorded() ---- */

static void tell(void *data, int result)
{
	*(int *)data = result;
}

static void what_is_recorded_is_told_when_it_is_committed(void **state)
{
	static const struct {
		int result; /* what submit_when_recorded() is given for the waiter */
		int disk;   /* the errno of the disk's writes; 0: they work */
		int told;
	} rows[] = {
		{0, 0, 0}, {0, ENOSPC, -ENOSPC}, {-EINVAL, 0, -EINVAL}, {-EINVAL, EIO, -EINVAL}};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < N_OF(rows); i++) {
		int told = 1, dropped = 1;
		char path[16];

		snprintf(path, sizeof(path), "%zu.yaml", i);
		assert_null(submit_when_recorded(fixture->engine, 0, tell, &told));
		refuse(fixture, path);
		assert_non_null(submit_when_recorded(fixture->engine, rows[i].result, tell, &told));
		submit_waiter_drop(
			submit_when_recorded(fixture->engine, rows[i].result, tell, &dropped));
		assert_int_equal(told, 1); /* the callback does not run within the call */
		fake_disk_fail_writes(rows[i].disk);
		fixture_iterate(fixture);
		fake_disk_fail_writes(0);
		assert_int_equal(told, rows[i].told);
		assert_int_equal(dropped, 1);
		fixture_settle(fixture);
	}
}

/* ---- .coc/queue and .coc/metrics ---- */

static bool sees_all(void *data, struct job_pending *row)
{
	(void)data;
	(void)row;
	return true;
}

/* .coc/queue lists at most PENDING_LINES_MAX submissions, and its last line counts the rest. */
static void a_long_queue_is_listed_up_to_a_bound(void **state)
{
	enum { MANY = PENDING_LINES_MAX + 7 };
	struct fixture *fixture = *state;
	struct writer *writers = calloc(MANY, sizeof(*writers));
	struct queue_listing listing = {.may_see = sees_all};
	_cleanup_buf_ struct buf text = {0};
	char path[32];
	int r;

	assert_non_null(writers);
	fixture->options.queued_inflight_max = 2;
	fixture_remount(fixture);
	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "%05d.yaml", i);
		assert_int_equal(fixture_commit(fixture, path, "one", &writers[i]), 0);
	}
	fixture_settle(fixture);
	while ((r = submit_write_queue(fixture->engine, &listing, &text)) > 0)
		;
	assert_int_equal(r, 0);
	assert_int_equal(listing.rows, PENDING_LINES_MAX);
	assert_non_null(strstr(text.data, "\t09999.yaml\t"));
	assert_null(strstr(text.data, "\t10000.yaml\t"));
	assert_non_null(strstr(text.data, "\nand 7 more\n"));
	fixture_stop(fixture, false, NULL, NULL);
	free(writers);
}

static void a_ledger_that_cannot_be_read_ends_a_listing(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct queue_listing listing = {.may_see = sees_all};
	struct queued_count queued = {0};
	_cleanup_buf_ struct buf text = {0};

	commit(fixture, "a.yaml", true, &writer);
	fake_statements_fail(1);
	assert_int_equal(submit_write_queue(fixture->engine, &listing, &text), -EIO);
	assert_true(fake_statements_work());
	fake_statements_fail(1);
	assert_int_equal(submit_write_metrics(fixture->engine, &queued, &text), -EIO);
	assert_true(fake_statements_work());
}

/* ---- the beginning of a mount ---- */

/* Changes the ledger of a mount that has ended, directly, without cocfs. */
static void change_ledger(const struct fixture *fixture, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_ledger_of_another_source_is_not_opened(void **state)
{
	struct fixture *fixture = *state;
	struct engine *engine = NULL;
	const struct submit_spec spec = {.loop = fixture->loop,
					 .ledger = fixture->path,
					 .source = "https://other.example.com",
					 .service = fake_service_table(&fixture->service),
					 .options = fixture->options};

	fixture_make(fixture, "a.yaml", "one");
	submit_close(fixture->engine);
	fixture->engine = NULL;
	fixture->ledger = NULL;
	assert_int_equal(submit_open(&spec, &engine, &fixture->err), -EXDEV);
	assert_null(engine);
	submit_close(engine);
	fixture_remount(fixture);
	fixture_assert_held(fixture, "a.yaml", "one");
}

static int find_owner(void *data, const char *path, struct owner *ret_owner)
{
	int result = *(int *)data;

	if (result == 0)
		*ret_owner = (struct owner){
			.file = {.uid = !strcmp(path, "a.yaml") ? 1001 : 1002, .mode = 0640}};
	return result;
}

static int is_not_renamed(void *data, struct job_rename *rename)
{
	(void)data;
	(void)rename;
	return 0;
}

static void an_old_ledger_learns_whose_each_file_is(void **state)
{
	struct fixture *fixture = *state;
	struct job_glance glance;
	int result = -ENOTCONN;

	refuse(fixture, "a.yaml");
	refuse(fixture, "b.yaml");
	fixture_settle(fixture);
	fixture_end_mount(fixture);
	change_ledger(fixture, "PRAGMA locking_mode = EXCLUSIVE; UPDATE space SET owners = 0");
	fixture->witness = (struct spool_witness){
		.was_renamed = is_not_renamed, .find_owner = find_owner, .data = &result};
	/* the spool cannot tell the owner now */
	assert_int_equal(fixture_start(fixture), -ENOTCONN);
	assert_non_null(strstr(fixture->err.text, "whose each file is"));
	result = 0;
	fixture_remount(fixture);
	assert_int_equal(submit_glance(fixture->engine, "a.yaml", &glance), 0);
	assert_int_equal(glance.holding.owner.file.uid, 1001);
	assert_int_equal(submit_glance(fixture->engine, "b.yaml", &glance), 0);
	assert_int_equal(glance.holding.owner.file.uid, 1002);
	result = -ENOTCONN; /* a third mount does not ask the spool again */
	fixture_remount(fixture);
}

/* Each statement of the opening fails once: the mount is refused with a reason, or it is as without
 * the fault. */
static void a_mount_that_cannot_take_up_what_is_recorded_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct spool spool = {.answer = 1};
	struct job_rename rename = {.from = "a.yaml", .to = "b.yaml", .ino = 1};
	int refused = 0;

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
	commit(fixture, "c.yaml", false, &writer);
	fixture->witness = (struct spool_witness){.was_renamed = spool_says, .data = &spool};
	fixture_stop(fixture, false, NULL, NULL);
	for (uint64_t nth = 1;; nth++) {
		fixture->err.text[0] = '\0';
		fake_statements_fail(nth);
		if (fixture_start(fixture) < 0) {
			assert_true(fixture->err.text[0] != '\0');
			refused++;
		}
		if (!fake_statements_work())
			break;
		fixture_stop(fixture, false, NULL, NULL);
	}
	assert_true(refused > 5);
	assert_int_equal(submit_settle_renames(fixture->engine, spool_says, &spool), 0);
	fixture_assert_held(fixture, "b.yaml", "one");
	assert_true(fixture_quiesce(fixture));
	/* the create of c.yaml had not been sent */
	fixture_assert_state(fixture, "c.yaml", JOB_FAILED);
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(of_a_path_that_nobody_wrote_nothing_is_known),
		sync_test(each_condition_holds_where_it_should),
		sync_test(conditions_of_no_path_follow_what_is_changed),
		sync_test(what_waits_for_its_turn_is_busy),
		sync_test(a_question_to_a_ledger_that_cannot_be_read_is_not_answered_no),
		sync_test(a_glance_sees_the_sizes_of_the_siblings),
		sync_test(a_row_tells_its_path_and_a_directory_its_rows),
		sync_test(many_reads_return_what_the_reader_returns),
		sync_test(each_kind_of_change_says_that_the_ledger_cannot_be_written),
		sync_test(a_row_is_held_by_whom_the_caller_names),
		sync_test(rows_that_are_set_aside_are_claims_until_they_come_back),
		sync_test(what_is_under_way_goes_on_when_its_row_is_set_aside),
		sync_test(a_dismissed_story_is_not_shown_and_stays),
		sync_test(a_story_that_ends_takes_a_row_along_that_knows_nothing_else),
		sync_test(the_next_commit_of_a_forgotten_job_makes_another),
		sync_test(a_doubt_is_forgotten_when_nobody_can_tell),
		sync_test(a_name_tells_once_what_it_had_kept),
		sync_test(names_that_were_never_made_are_told_by_directory),
		sync_test(a_job_goes_back_to_its_name_and_its_file_is_a_backup),
		cmocka_unit_test(the_mark_of_a_backup_ends),
		sync_test(a_job_does_not_go_back_to_a_name_with_another_job),
		cmocka_unit_test(rows_follow_a_rename_that_was_done),
		cmocka_unit_test(a_rename_that_a_crash_has_cut_is_ended_by_the_next_mount),
		cmocka_unit_test(a_rename_whose_end_is_not_recorded_is_settled),
		sync_test(a_rename_that_cannot_be_recorded_does_not_begin),
		sync_test(what_is_recorded_is_told_when_it_is_committed),
		queue_test(a_long_queue_is_listed_up_to_a_bound),
		sync_test(a_ledger_that_cannot_be_read_ends_a_listing),
		sync_test(an_old_ledger_learns_whose_each_file_is),
		sync_test(a_ledger_of_another_source_is_not_opened),
		sync_test(a_mount_that_cannot_take_up_what_is_recorded_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
