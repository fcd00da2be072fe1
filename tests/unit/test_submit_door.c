/* SPDX-License-Identifier: MIT */
/* The doors of submit: what fs/space asks and changes, and what a mount takes up at its beginning.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/db.h"
#include "submit/rows.h"
#include "submit_fixture.h"

static const struct owner ann = {.file = {1, 1, 0640}, .directory = {1, 1, 0755}};

static int ask(struct fixture *fixture, enum submit_condition condition, const char *path)
{
	return submit_ask(fixture->engine, condition, path);
}

/* Makes a change of a row. */
static int change_row(struct fixture *fixture, enum submit_change_kind kind, int64_t row)
{
	fixture->is_due = true;
	return submit_change(fixture->engine, &(struct submit_change){.kind = kind, .row = row});
}

/* Makes a change of a path. */
static int change_path(struct fixture *fixture, enum submit_change_kind kind, const char *path)
{
	fixture->is_due = true;
	return submit_change(fixture->engine,
			     &(struct submit_change){.kind = kind, .path = path, .owner = &ann});
}

static int forget(struct fixture *fixture, const char *path)
{
	_cleanup_job_record_ struct job_record record = fixture_job(fixture, path);

	return submit_change(fixture->engine,
			     &(struct submit_change){.kind = CHANGE_FORGET, .record = &record});
}

static int64_t row_of(struct fixture *fixture, const char *path)
{
	_cleanup_job_record_ struct job_record record = fixture_job(fixture, path);

	return record.row;
}

/* Refuses what is written at a path. */
static void refuse(struct fixture *fixture, const char *path)
{
	const struct author author = {.holding.owner = ann};
	struct err err;

	err_set(&err, EINVAL, "no");
	assert_int_equal(submit_refuse(fixture->engine, path, &author, false, &err), -EINVAL);
	fixture_settle(fixture);
}

static void a_path_is_found_when_something_is_recorded_of_it(void **state)
{
	struct fixture *fixture = *state;
	struct engine *engine = fixture->engine;
	_cleanup_job_record_ struct job_record record = {0};
	_cleanup_free_ char *path = NULL, *below = NULL;
	struct job_glance seen;
	size_t size;

	assert_int_equal(submit_find(engine, "d/a.yaml", &record), -ENOENT);
	assert_int_equal(submit_glance(engine, "d/a.yaml", &seen), -ENOENT);
	assert_int_equal(submit_path(engine, 1, &path), -ENOENT);
	assert_int_equal(submit_paths_below(engine, "d", &below, &size), 0);
	assert_int_equal(size, 0);
	fixture_make(fixture, "d/a.yaml", "one");
	assert_int_equal(submit_find(engine, "d/a.yaml", &record), 0);
	assert_non_null(record.job_id);
	assert_int_equal(submit_glance(engine, "d/a.yaml", &seen), 0);
	assert_int_equal(seen.id_size, strlen(record.job_id) + 1);
	assert_int_equal(seen.error_size, 0);
	assert_int_equal(submit_path(engine, record.row, &path), 0);
	assert_string_equal(path, "d/a.yaml");
	assert_int_equal(submit_paths_below(engine, "d", &below, &size), 0);
	assert_int_equal(size, sizeof("d/a.yaml"));
	assert_string_equal(below, "d/a.yaml");
}

static void what_is_asked_is_answered_with_yes_or_no(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	for (int i = 0; i <= CHANGES_ARE_UNCOMMITTED; i++)
		assert_int_equal(ask(fixture, (enum submit_condition)i, "d/a.yaml"), 0);
	assert_int_equal(ask(fixture, CHANGES_ARE_UNCOMMITTED + 1, "d/a.yaml"), -EINVAL);
	assert_int_equal(fixture_commit(fixture, "d/a.yaml", "one", &writer), 0);
	assert_int_equal(ask(fixture, CHANGES_ARE_UNCOMMITTED, NULL), 1);
	fixture_settle(fixture);
	assert_int_equal(ask(fixture, CHANGES_ARE_UNCOMMITTED, NULL), 0);
	assert_int_equal(ask(fixture, PATH_HAS_JOB, "d/a.yaml"), 1); /* it is being made */
	assert_int_equal(ask(fixture, PATH_IS_UNDER_WAY, "d/a.yaml"), 1);
	assert_int_equal(ask(fixture, PATH_IS_BUSY, "d/a.yaml"), 1);
	assert_int_equal(ask(fixture, PATH_IS_BUSY, "d"), 1);
	assert_int_equal(ask(fixture, PATH_IS_BUSY, "e"), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(ask(fixture, PATH_HAS_JOB, "d/a.yaml"), 1);
	assert_int_equal(ask(fixture, PATH_HAS_ROWS, "d/a.yaml"), 1);
	assert_int_equal(ask(fixture, PATH_HAS_ROWS, "d"), 1);
	assert_int_equal(ask(fixture, PATH_HAS_ROWS, "e"), 0);
	assert_int_equal(ask(fixture, PATH_IS_UNDER_WAY, "d/a.yaml"), 0);
	assert_int_equal(ask(fixture, PATH_IS_BUSY, "d"), 0);
}

/* What waits for a slot is in memory only. */
static void a_path_that_waits_for_a_slot_is_busy(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[2] = {{0}};

	fixture->engine->options.inflight_max = 1;
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writers[0]), 0);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "two", &writers[1]), 0);
	fixture_settle(fixture);
	fixture_assert_state(fixture, "b.yaml", JOB_DRAFT);
	assert_int_equal(ask(fixture, PATH_IS_BUSY, "b.yaml"), 1);
	assert_int_equal(ask(fixture, PATH_IS_UNDER_WAY, "b.yaml"), 1);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(ask(fixture, PATH_IS_BUSY, "b.yaml"), 0);
}

static int read_nothing(void *data)
{
	++*(int *)data;
	return -EAGAIN;
}

static void many_reads_are_read_once(void **state)
{
	struct fixture *fixture = *state;
	int calls = 0;

	assert_int_equal(submit_read_many(fixture->engine, read_nothing, &calls), -EAGAIN);
	assert_int_equal(calls, 1);
	fixture_make(fixture, "a.yaml", "one"); /* what was begun has ended */
}

static void a_row_is_set_aside_and_comes_back(void **state)
{
	struct fixture *fixture = *state;
	struct job_claim claims[CLAIMS_ASIDE_MAX + 1];
	struct holding holding = {.owner = ann, .has_heir = true, .heir = 7};
	struct job_glance seen;
	int64_t row;

	fixture_make(fixture, "a.yaml", "one");
	row = row_of(fixture, "a.yaml");
	assert_int_equal(
		submit_change(fixture->engine, &(struct submit_change){.kind = CHANGE_HOLDING,
								       .row = row,
								       .holding = &holding}),
		0);
	assert_int_equal(change_row(fixture, CHANGE_SET_ASIDE, row), 0);
	assert_int_equal(submit_save(fixture->engine), 0);
	assert_int_equal(ask(fixture, CHANGES_ARE_UNCOMMITTED, NULL), 0);
	assert_int_equal(submit_glance(fixture->engine, "a.yaml", &seen), -ENOENT);
	assert_int_equal(submit_claims(fixture->engine, "a.yaml", claims), 1);
	assert_true(claims[0].is_aside && claims[0].row == row);
	assert_true(holding_is_same(&claims[0].holding, &holding));
	assert_int_equal(change_row(fixture, CHANGE_BRING_BACK, row), 0);
	assert_int_equal(submit_glance(fixture->engine, "a.yaml", &seen), 0);
}

static void a_story_is_dismissed_or_ends(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_job_record_ struct job_record record = {0};
	struct job_glance seen;

	refuse(fixture, "a.yaml");
	assert_int_equal(change_row(fixture, CHANGE_DISMISS, row_of(fixture, "a.yaml")), 0);
	record = fixture_job(fixture, "a.yaml");
	assert_true(record.dismissed && record.error);
	assert_int_equal(change_row(fixture, CHANGE_END_STORY, record.row), 0);
	assert_int_equal(submit_glance(fixture->engine, "a.yaml", &seen), -ENOENT);
}

static void a_binding_is_forgotten_when_its_job_is_idle(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	refuse(fixture, "b.yaml");
	assert_int_equal(forget(fixture, "b.yaml"), -ENODATA);
	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writer), 0);
	assert_int_equal(forget(fixture, "a.yaml"), -EBUSY);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(forget(fixture, "a.yaml"), 0);
	assert_int_equal(ask(fixture, PATH_HAS_JOB, "a.yaml"), 0);
}

static void a_name_is_marked_as_unmade(void **state)
{
	struct fixture *fixture = *state;
	struct job_unmade unmade;

	assert_int_equal(change_path(fixture, CHANGE_MARK_UNMADE, "d/a.yaml"), 0);
	refuse(fixture, "d/a.yaml");
	assert_int_equal(ask(fixture, SOME_NAME_IS_UNMADE, NULL), 1);
	assert_int_equal(submit_next_unmade(fixture->engine, "d", 0, &unmade), 0);
	assert_string_equal(unmade.name, "a.yaml");
	assert_true(unmade.seen.error_size > 0);
	assert_int_equal(submit_next_unmade(fixture->engine, "d", unmade.row, &unmade), -ENOENT);
	assert_int_equal(change_path(fixture, CHANGE_UNMARK_UNMADE, "d/a.yaml"), 0);
	assert_int_equal(ask(fixture, SOME_NAME_IS_UNMADE, NULL), 0);
}

static int give_back(struct fixture *fixture, int64_t row, const char *path,
		     const struct job_backup *backup)
{
	return submit_change(fixture->engine, &(struct submit_change){.kind = CHANGE_GIVE_BACK,
								      .row = row,
								      .path = path,
								      .backup = backup});
}

static void a_row_is_given_back_and_leaves_a_backup(void **state)
{
	struct fixture *fixture = *state;
	const struct job_backup backup = {.path = "old.yaml"};
	struct job_record record;
	struct job_glance seen;

	fixture_make(fixture, "old.yaml", "one"); /* a.yaml was moved here */
	assert_int_equal(give_back(fixture, row_of(fixture, "old.yaml"), "a.yaml", &backup), 0);
	assert_int_equal(ask(fixture, CHANGES_ARE_UNCOMMITTED, NULL), 0);
	fixture_assert_held(fixture, "a.yaml", "one");
	record = fixture_job(fixture, "old.yaml");
	assert_true(record.backup && !record.job_id);
	job_record_finish(&record);
	assert_int_equal(give_back(fixture, row_of(fixture, "old.yaml"), "a.yaml", NULL), -EEXIST);
	assert_int_equal(change_path(fixture, CHANGE_UNMARK_BACKUP, "old.yaml"), 0);
	record = fixture_job(fixture, "old.yaml");
	assert_false(record.backup);
	job_record_finish(&record);
	/* what is no backup has no mark that could end */
	assert_int_equal(change_path(fixture, CHANGE_UNMARK_BACKUP, "a.yaml"), 0);
	assert_int_equal(change_path(fixture, CHANGE_DROP_BACKUP, "none.yaml"), 0);
	fixture_assert_held(fixture, "a.yaml", "one");

	assert_int_equal(give_back(fixture, row_of(fixture, "a.yaml"), "b.yaml",
				   &(struct job_backup){.path = "a.yaml"}),
			 0);
	assert_int_equal(change_path(fixture, CHANGE_DROP_BACKUP, "a.yaml"), 0);
	assert_int_equal(submit_glance(fixture->engine, "a.yaml", &seen), -ENOENT);
}

static void a_change_of_no_kind_is_none(void **state)
{
	assert_int_equal(change_row(*state, CHANGE_DROP_BACKUP + 1, 1), -EINVAL);
}

/* ---- renames ---- */

/* A spool in which every rename was done, or none was. */
struct spool {
	int was_done; /* -errno: it cannot be told */
	int asked;
};

static int tell_rename(void *data, struct job_rename *rename)
{
	struct spool *spool = data;

	(void)rename;
	spool->asked++;
	return spool->was_done;
}

static void rows_follow_a_rename_that_was_done(void **state)
{
	struct fixture *fixture = *state;
	struct job_rename rename = {.from = "a.yaml", .to = "b.yaml", .ino = 1};
	struct spool spool = {.was_done = 1};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
	assert_int_equal(submit_rename(fixture->engine, RENAME_UNDONE, &rename), 0);
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
	assert_int_equal(submit_rename(fixture->engine, RENAME_DONE, &rename), 0);
	assert_int_equal(submit_rename(fixture->engine, RENAME_SAVE, &rename), 0);
	fixture_assert_held(fixture, "b.yaml", "one");
	assert_int_equal(submit_settle_renames(fixture->engine, tell_rename, &spool), 0);
	assert_int_equal(spool.asked, 0); /* nothing is to be settled */
}

/* A rename whose end cannot be recorded is settled as soon as the ledger can be written. */
static void a_rename_that_could_not_be_recorded_is_settled(void **state)
{
	struct fixture *fixture = *state;
	struct job_rename rename = {.from = "a.yaml", .to = "b.yaml", .ino = 1};
	struct spool spool = {.was_done = 1};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
	assert_int_equal(submit_rename(fixture->engine, RENAME_DONE, &rename), 0);
	fake_disk_fail_writes(EIO);
	assert_true(submit_rename(fixture->engine, RENAME_SAVE, &rename) < 0);
	assert_true(submit_settle_renames(fixture->engine, tell_rename, &spool) < 0);
	fake_disk_fail_writes(0);
	spool.asked = 0;
	assert_int_equal(submit_settle_renames(fixture->engine, tell_rename, &spool), 0);
	assert_int_equal(spool.asked, 1);
	fixture_assert_held(fixture, "b.yaml", "one");
	assert_int_equal(submit_settle_renames(fixture->engine, tell_rename, &spool), 0);
	assert_int_equal(spool.asked, 1);
}

/* ---- the beginning of a mount ---- */

static int tell_owner(void *data, const char *path, struct owner *ret_owner)
{
	(void)path;
	*ret_owner = ann;
	return *(int *)data < 0 ? *(int *)data : 0; /* the first member of struct spool */
}

/* Makes the ledger one of an older cocfs, which recorded no owners. */
static void forget_owners(struct fixture *fixture)
{
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_prepare_v2(fixture->ledger->db, "UPDATE space SET owners = 0", -1,
					    &stmt, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
}

static struct submit_spec spec_of(struct fixture *fixture, const char *source)
{
	return (struct submit_spec){.loop = fixture->loop,
				    .ledger = fixture->path,
				    .source = source,
				    .service = fake_service_table(&fixture->service),
				    .options = fixture->options};
}

/* Ends the mount and opens the next one by the door; what the spool says is spool's. */
static int mount_again(struct fixture *fixture, struct spool *spool)
{
	const struct spool_witness witness = {
		.was_renamed = tell_rename, .find_owner = tell_owner, .data = spool};
	struct submit_spec spec = spec_of(fixture, FIXTURE_SOURCE);
	int r;

	submit_close(fixture->engine);
	r = submit_open(&spec, &fixture->engine, &fixture->err);
	assert_int_equal(r, 0);
	fixture->ledger = fixture->engine->ledger;
	return submit_recover(fixture->engine, &witness, &fixture->err);
}

static void a_mount_takes_up_what_an_earlier_one_left(void **state)
{
	struct fixture *fixture = *state;
	struct job_rename rename = {.from = "a.yaml", .to = "b.yaml", .ino = 1};
	struct spool spool = {.was_done = 1};
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
	assert_int_equal(fixture_commit(fixture, "c.yaml", "three", &writer), 0);
	fixture_request(fixture, FAKE_LIST);
	submit_waiter_drop(writer.waiter);
	assert_int_equal(mount_again(fixture, &spool), 0);
	assert_int_equal(spool.asked, 1);
	fixture_assert_held(fixture, "b.yaml", "one");
	assert_int_equal(submit_settle_renames(fixture->engine, tell_rename, &spool), 0);
	assert_int_equal(spool.asked, 1);
	fixture->is_due = true;
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(ask(fixture, PATH_IS_BUSY, "c.yaml"), 0);
}

static void a_spool_that_cannot_be_seen_ends_the_mount(void **state)
{
	struct fixture *fixture = *state;
	struct spool spool = {.was_done = -EIO};
	struct job_record record;

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(mount_again(fixture, &spool), 0); /* nothing is asked */
	forget_owners(fixture);
	assert_int_equal(mount_again(fixture, &spool), -EIO);
	assert_non_null(strstr(fixture->err.text, "whose each file is cannot be recorded"));
	spool.was_done = 0;
	assert_int_equal(mount_again(fixture, &spool), 0);
	record = fixture_job(fixture, "a.yaml");
	assert_true(owner_is_same(&record.holding.owner, &ann));
	job_record_finish(&record);
}

static void a_ledger_of_another_source_is_not_opened(void **state)
{
	struct fixture *fixture = *state;
	struct submit_spec spec = spec_of(fixture, "https://other.example.com");
	struct engine *engine = NULL;

	submit_close(fixture->engine);
	fixture->engine = NULL;
	fixture->ledger = NULL;
	assert_int_equal(submit_open(&spec, &engine, &fixture->err), -EXDEV);
	assert_null(engine);
	submit_close(NULL);
}

/* ---- waiting ---- */

static void count_call(void *data, int result)
{
	*(int *)data += result == 0 ? 1 : 100;
}

static void who_is_told_when_it_is_recorded_waits_for_the_commit(void **state)
{
	struct fixture *fixture = *state;
	int told = 0;

	assert_null(submit_when_recorded(fixture->engine, 0, count_call, &told));
	assert_int_equal(change_path(fixture, CHANGE_MARK_UNMADE, "a.yaml"), 0);
	assert_non_null(submit_when_recorded(fixture->engine, 0, count_call, &told));
	assert_int_equal(told, 0);
	fixture_settle(fixture);
	assert_int_equal(told, 1);
}

#define DOOR_TEST(name)                                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_set_up_sync, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOOR_TEST(a_path_is_found_when_something_is_recorded_of_it),
		DOOR_TEST(what_is_asked_is_answered_with_yes_or_no),
		DOOR_TEST(a_path_that_waits_for_a_slot_is_busy),
		DOOR_TEST(many_reads_are_read_once),
		DOOR_TEST(a_row_is_set_aside_and_comes_back),
		DOOR_TEST(a_story_is_dismissed_or_ends),
		DOOR_TEST(a_binding_is_forgotten_when_its_job_is_idle),
		DOOR_TEST(a_name_is_marked_as_unmade),
		DOOR_TEST(a_row_is_given_back_and_leaves_a_backup),
		DOOR_TEST(a_change_of_no_kind_is_none),
		DOOR_TEST(rows_follow_a_rename_that_was_done),
		DOOR_TEST(a_rename_that_could_not_be_recorded_is_settled),
		DOOR_TEST(a_mount_takes_up_what_an_earlier_one_left),
		DOOR_TEST(a_spool_that_cannot_be_seen_ends_the_mount),
		DOOR_TEST(a_ledger_of_another_source_is_not_opened),
		DOOR_TEST(who_is_told_when_it_is_recorded_waits_for_the_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
