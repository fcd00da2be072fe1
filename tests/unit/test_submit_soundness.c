/* SPDX-License-Identifier: MIT */
/*
 * After a crash a large ledger is checked while the mount is in use. Nothing is sent before the
 * check ends, and nothing at all if the check fails.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/db.h"
#include "submit_fixture.h"

#define PAGE 4096
#define LARGE_MAX 8192 /* pages: more than any ledger here has */

/* Makes a ledger so large that its check may wait, and ends the mount well: no log is left. */
static void grow(struct fixture *fixture)
{
	const char *sql =
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 180)"
		" INSERT INTO job (dir, name, changed_ms, error)"
		" SELECT 'large', i || '.yaml', 0, hex(zeroblob(30000)) FROM n";

	fixture_settle(fixture);
	assert_int_equal(sqlite3_exec(fixture->ledger->db, sql, NULL, NULL, NULL), SQLITE_OK);
	fixture_remount(fixture);
}

static void crash(struct fixture *fixture)
{
	fixture_crash(fixture, false, NULL, NULL);
}

/* Makes a mount with a large ledger and a job, lets it crash, and mounts again. Returns while the
 * ledger is being checked. */
static struct fixture *checked_mount(void **state)
{
	struct fixture *fixture = *state;

	grow(fixture);
	fixture_make(fixture, "old.yaml", "old");
	crash(fixture);
	assert_true(fake_disk_is_checking());
	return fixture;
}

static void end_check(struct fixture *fixture)
{
	fake_disk_run_check();
	fixture_settle(fixture);
}

static void nothing_is_sent(struct fixture *fixture)
{
	for (enum fake_kind kind = 0; kind < FAKE_KINDS; kind++)
		fixture_no_request(fixture, kind);
}

/* ---- the ledger's files, while nothing is mounted ---- */

struct names {
	bool of_this_round[LARGE_MAX], of_earlier[LARGE_MAX];
};

static int open_file(const struct fixture *fixture, const char *tail, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s%s", fixture->path, tail);
	fd = open(path, flags | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static uint32_t read_32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Returns which pages of the ledger stand in SQLite's log (-wal): in its present round, and in
 * earlier ones. */
static struct names read_log(const struct fixture *fixture)
{
	struct names names = {0};
	unsigned char head[32], frame[24];
	int fd = open_file(fixture, "-wal", O_RDONLY);

	assert_int_equal(pread(fd, head, sizeof(head), 0), sizeof(head));
	for (off_t at = sizeof(head); pread(fd, frame, sizeof(frame), at) == sizeof(frame);
	     at += (off_t)sizeof(frame) + PAGE) {
		uint32_t number = read_32(frame);

		assert_true(number < LARGE_MAX);
		if (memcmp(head + 16, frame + 8, 8) == 0)
			names.of_this_round[number] = true;
		else
			names.of_earlier[number] = true;
	}
	close(fd);
	return names;
}

static void damage(const struct fixture *fixture, uint32_t number)
{
	static const char torn[8] = "\xff\xff\xff\xff\xff\xff\xff\xff";
	int fd = open_file(fixture, "", O_RDWR);

	assert_int_equal(pwrite(fd, torn, sizeof(torn), (off_t)(number - 1) * PAGE), sizeof(torn));
	close(fd);
}

/* Damages a page of the ledger's file that does not stand in the log, so that the log cannot mend
 * it. */
static void damage_elsewhere(const struct fixture *fixture)
{
	struct names names = read_log(fixture);
	uint32_t number = 1000;

	while (names.of_this_round[number] || names.of_earlier[number])
		number++;
	damage(fixture, number);
}

/* Makes a mount after a crash, with a ledger that is damaged in a place that the log does not
 * name. */
static struct fixture *damaged_mount(void **state)
{
	struct fixture *fixture = *state;

	grow(fixture);
	fixture_make(fixture, "old.yaml", "old");
	fixture_stop(fixture, false, NULL, NULL);
	damage_elsewhere(fixture);
	assert_int_equal(fixture_start(fixture), 0);
	assert_true(fake_disk_is_checking());
	return fixture;
}

static void story_says(struct fixture *fixture, const char *path, const char *what)
{
	struct job_record job = fixture_job(fixture, path);

	assert_non_null(job.error);
	if (!strstr(job.error, what))
		fail_msg("the story of %s does not say '%s': %s", path, what, job.error);
	job_record_finish(&job);
}

static void metric_is(struct fixture *fixture, unsigned value)
{
	_cleanup_buf_ struct buf text = {0};
	struct queued_count queued = {0};
	char line[64];

	while (submit_write_metrics(fixture->engine, &queued, &text) > 0)
		;
	snprintf(line, sizeof(line), "\ncocfs_ledger_check %u\n", value);
	assert_non_null(strstr(text.data, line));
}

/* ---- a mount during the check of its ledger, and after it ---- */

static void nothing_is_sent_before_the_check_has_ended(void **state)
{
	struct fixture *fixture = checked_mount(state);
	struct writer create = {0}, update = {0}, deletion = {0};

	fixture_commit(fixture, "a.yaml", "new", &create);
	fixture_commit(fixture, "old.yaml", "newer", &update);
	fixture_pass(fixture, 1000);
	nothing_is_sent(fixture);
	metric_is(fixture, 1);
	end_check(fixture);
	metric_is(fixture, 0);
	assert_true(fixture_quiesce(fixture));
	assert_true(create.told && create.result == 0 && update.told && update.result == 0);
	fixture_assert_held(fixture, "a.yaml", "new");
	fixture_assert_held(fixture, "old.yaml", "newer");
	fixture_delete(fixture, "a.yaml", &deletion);
	assert_true(fixture_quiesce(fixture) && deletion.told && deletion.result == 0);
}

static void a_deletion_waits_too(void **state)
{
	struct fixture *fixture = checked_mount(state);
	struct writer deletion = {0};

	fixture_delete(fixture, "old.yaml", &deletion);
	nothing_is_sent(fixture);
	assert_false(deletion.told);
	end_check(fixture);
	assert_true(fixture_quiesce(fixture) && deletion.told && deletion.result == 0);
}

static void a_commit_waits_within_its_time(void **state)
{
	struct fixture *fixture = checked_mount(state);
	struct writer writer = {0};

	fixture_commit(fixture, "a.yaml", "new", &writer);
	for (int64_t passed = 0; passed < FIXTURE_TIMEOUT_MS;)
		passed += fixture_pass(fixture, FIXTURE_TIMEOUT_MS);
	fixture_settle(fixture);
	assert_true(writer.told);
	assert_int_equal(writer.result, -ETIMEDOUT);
	story_says(fixture, "a.yaml", "the ledger is still being checked after a crash");
	nothing_is_sent(fixture);
	end_check(fixture);
	nothing_is_sent(fixture);
	fixture_make(fixture, "a.yaml", "new");
}

static void the_queue_waits_for_the_check(void **state)
{
	struct fixture *fixture = *state;
	struct writer before[2] = {0}, writer = {0};

	grow(fixture);
	fixture_commit(fixture, "old.yaml", "old", &before[0]);
	fixture_request(fixture, FAKE_LIST);
	fixture_commit(fixture, "queued.yaml", "queued", &before[1]);
	fixture_settle(fixture);
	assert_true(before[0].told && before[1].told);
	crash(fixture);
	fixture_commit(fixture, "a.yaml", "new", &writer);
	fixture_settle(fixture);
	assert_true(writer.told && writer.result == 0);
	fixture_pass(fixture, 60000);
	nothing_is_sent(fixture);
	fixture_assert_state(fixture, "a.yaml", JOB_QUEUED);
	end_check(fixture);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "new");
	fixture_assert_held(fixture, "old.yaml", "old");
	fixture_assert_held(fixture, "queued.yaml", "queued");
}

static void nothing_is_concluded_from_a_lost_answer(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct fake_job *job;
	int n = 0;

	grow(fixture);
	fixture_commit(fixture, "a.yaml", "new", &writer);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_perform(fixture_request(fixture, FAKE_CREATE));
	crash(fixture);
	for (int i = 0; i < 20; i++)
		fixture_pass(fixture, 10000);
	nothing_is_sent(fixture);
	fixture_assert_state(fixture, "a.yaml", JOB_IN_DOUBT);
	end_check(fixture);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "new");
	LIST_FOREACH (job, &fixture->service.jobs, link)
		n++;
	assert_int_equal(n, 1);
}

static void a_damaged_ledger_sends_nothing_any_more(void **state)
{
	struct fixture *fixture = damaged_mount(state);
	struct writer waits = {0}, late = {0}, deletion = {0};

	fixture_commit(fixture, "a.yaml", "new", &waits);
	fixture_settle(fixture);
	assert_false(waits.told);
	end_check(fixture);
	assert_true(waits.told);
	assert_int_equal(waits.result, -EUCLEAN);
	story_says(fixture, "a.yaml", "is damaged: nothing is sent to the service any more");
	assert_int_equal(fixture_commit(fixture, "b.yaml", "new", &late), -EUCLEAN);
	story_says(fixture, "b.yaml", fixture->path);
	assert_int_equal(fixture_delete(fixture, "old.yaml", &deletion), -EUCLEAN);
	for (int i = 0; i < 20; i++)
		fixture_pass(fixture, 60000);
	nothing_is_sent(fixture);
	metric_is(fixture, 2);
	/* the next mount is refused at once */
	fixture_end_mount(fixture);
	assert_int_equal(fixture_start(fixture), -EUCLEAN);
	assert_non_null(strstr(fixture->err.text, "is damaged"));
	assert_non_null(strstr(fixture->err.details, "what_to_do"));
}

static void what_is_queued_in_a_damaged_ledger_stays_queued(void **state)
{
	struct fixture *fixture = damaged_mount(state);
	struct writer writer = {0}, late = {0};

	fixture_commit(fixture, "a.yaml", "new", &writer);
	fixture_settle(fixture);
	assert_true(writer.told && writer.result == 0);
	end_check(fixture);
	for (int i = 0; i < 20; i++)
		fixture_pass(fixture, 60000);
	nothing_is_sent(fixture);
	fixture_assert_state(fixture, "a.yaml", JOB_QUEUED);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "new", &late), -EUCLEAN);
}

/* Changes a row of the ledger, so that SQLite begins its log anew. */
static void write_something(struct fixture *fixture)
{
	assert_int_equal(sqlite3_exec(fixture->ledger->db, "UPDATE space SET accepted = 1", NULL,
				      NULL, NULL),
			 SQLITE_OK);
}

static void damage_where_was_written_is_found_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct names names;
	uint32_t number = 2;

	grow(fixture);
	fixture_make(fixture, "old.yaml", "old");
	/* the log is written into the ledger, and the next write begins the log anew */
	assert_int_equal(sqlite3_wal_checkpoint(fixture->ledger->db, "main"), SQLITE_OK);
	write_something(fixture);
	fixture_stop(fixture, false, NULL, NULL);
	names = read_log(fixture);
	while (number < LARGE_MAX && (!names.of_earlier[number] || names.of_this_round[number]))
		number++;
	assert_true(number < LARGE_MAX);
	damage(fixture, number);
	assert_int_equal(fixture_start(fixture), -EUCLEAN);
	assert_non_null(strstr(fixture->err.text, "nothing is mounted"));
	assert_false(fake_disk_is_checking());
}

/* Returns the first page of the text of the only submission with a long text. */
static uint32_t page_of_text(struct fixture *fixture)
{
	sqlite3_stmt *stmt;
	uint32_t number;

	assert_int_equal(sqlite3_prepare_v2(fixture->ledger->db,
					    "SELECT min(pageno) FROM dbstat"
					    " WHERE name = 'submission' AND pagetype = 'overflow'",
					    -1, &stmt, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	number = (uint32_t)sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	assert_true(number > 0);
	return number;
}

/* The content of a submission in doubt is damaged in the ledger. The mount is refused at once,
 * because it reads the rows of all such submissions when it begins. */
static void damage_in_what_is_under_way_is_found_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	char content[20001];
	uint32_t number;

	grow(fixture);
	memset(content, 'x', sizeof(content) - 1);
	content[sizeof(content) - 1] = '\0';
	fixture_commit(fixture, "a.yaml", content, &writer);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_CREATE);
	fixture_remount(fixture);
	fixture_settle(fixture);
	fixture_remount(fixture); /* the submission is in doubt, and the log is gone */
	number = page_of_text(fixture);
	write_something(fixture);
	fixture_stop(fixture, false, NULL, NULL);
	assert_false(read_log(fixture).of_this_round[number]);
	damage(fixture, number);
	assert_int_equal(fixture_start(fixture), -EUCLEAN);
	assert_non_null(strstr(fixture->err.text, "nothing is mounted"));
	assert_non_null(strstr(fixture->err.details, "what_to_do"));
}

static void an_end_during_the_check_is_no_clean_end(void **state)
{
	struct fixture *fixture = checked_mount(state);

	fixture_remount(fixture);
	assert_true(fake_disk_is_checking());
	crash(fixture);
	assert_true(fake_disk_is_checking());
	crash(fixture);
	assert_true(fake_disk_is_checking());
	end_check(fixture);
	fixture_remount(fixture);
	assert_false(fake_disk_is_checking());
	fixture_make(fixture, "a.yaml", "new");
}

static void damage_outlasts_an_end_during_the_check(void **state)
{
	struct fixture *fixture = damaged_mount(state);

	fixture_remount(fixture);
	assert_true(fake_disk_is_checking());
	end_check(fixture);
	metric_is(fixture, 2);
}

static void who_waits_is_told_when_the_mount_ends(void **state)
{
	struct fixture *fixture = checked_mount(state);
	struct writer writer = {0}, late = {0};

	fixture_commit(fixture, "a.yaml", "new", &writer);
	fixture_settle(fixture);
	submit_quiesce(fixture->engine);
	fixture_settle(fixture);
	assert_true(writer.told);
	assert_int_equal(writer.result, -EINTR);
	fixture_commit(fixture, "b.yaml", "new", &late);
	fixture_settle(fixture);
	assert_true(late.told);
	assert_int_equal(late.result, -EINTR);
	assert_int_equal(submit_under_way(fixture->engine), 0);
}

/* Returns the bytes of the ledger's file. The caller frees them. */
static char *read_ledger(struct fixture *fixture, size_t *ret_size)
{
	int fd = open_file(fixture, "", O_RDONLY);
	struct stat st;
	char *bytes;

	assert_int_equal(fstat(fd, &st), 0);
	bytes = malloc((size_t)st.st_size);
	assert_non_null(bytes);
	assert_int_equal(pread(fd, bytes, (size_t)st.st_size, 0), st.st_size);
	close(fd);
	*ret_size = (size_t)st.st_size;
	return bytes;
}

static bool has_changed(struct fixture *fixture, const char *before, size_t size)
{
	size_t size_now;
	char *now = read_ledger(fixture, &size_now);
	bool changed = size_now != size || memcmp(now, before, size) != 0;

	free(now);
	return changed;
}

/* Writes to the queue until the ledger's file changes. Returns how many writes that took. */
static int write_until_changed(struct fixture *fixture, const char *name)
{
	static char content[60001];
	size_t size;
	char *before = read_ledger(fixture, &size);
	int n = 0;

	do {
		struct writer writer = {0};
		char path[64];

		snprintf(path, sizeof(path), "%s/%d.yaml", name, n);
		memset(content, 'a' + n % 26, sizeof(content) - 1);
		assert_int_equal(fixture_commit(fixture, path, content, &writer), 0);
		fixture_settle(fixture);
		assert_true(writer.told && writer.result == 0);
		assert_true(n++ < 2000);
	} while (!has_changed(fixture, before, size));
	free(before);
	return n;
}

static void the_file_stays_as_it_is_while_it_is_read(void **state)
{
	struct fixture *fixture = checked_mount(state);
	int first = write_until_changed(fixture, "first"), second;

	assert_true(first > 100); /* of 60 KB each: more than the log usually has */
	end_check(fixture);	  /* this check was stopped */
	assert_true(fake_disk_is_checking());
	metric_is(fixture, 1);
	nothing_is_sent(fixture);
	second = write_until_changed(fixture, "second");
	/* for each check the log may grow twice as long as before, so in the end one succeeds */
	assert_true(second > first * 3 / 2);
	end_check(fixture);
	assert_true(fake_disk_is_checking());
	end_check(fixture);
	metric_is(fixture, 0);
	fixture_request(fixture, FAKE_LIST);
}

static void move_ledger(struct fixture *fixture, const char *from_tail, const char *to_tail)
{
	char from[128], to[128];

	snprintf(from, sizeof(from), "%s%s", fixture->path, from_tail);
	snprintf(to, sizeof(to), "%s%s", fixture->path, to_tail);
	assert_int_equal(rename(from, to), 0);
}

static void a_check_that_fails_is_made_again(void **state)
{
	struct fixture *fixture = checked_mount(state);
	struct writer writer = {0};

	move_ledger(fixture, "", ".moved");
	end_check(fixture); /* this check could not open the file */
	move_ledger(fixture, ".moved", "");
	assert_false(fake_disk_is_checking());
	fixture_commit(fixture, "a.yaml", "new", &writer);
	fixture_settle(fixture);
	fake_disk_fail_writes(EIO);
	fixture_pass(fixture, 1000);
	fixture_settle(fixture);
	/* the contents of the log could not be written into the ledger */
	assert_false(fake_disk_is_checking());
	metric_is(fixture, 1);
	fake_disk_fail_writes(0);
	nothing_is_sent(fixture);
	fixture_pass(fixture, 1000);
	assert_true(fake_disk_is_checking());
	end_check(fixture);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(nothing_is_sent_before_the_check_has_ended),
		sync_test(a_deletion_waits_too),
		sync_test(a_commit_waits_within_its_time),
		queue_test(the_queue_waits_for_the_check),
		sync_test(nothing_is_concluded_from_a_lost_answer),
		sync_test(a_damaged_ledger_sends_nothing_any_more),
		queue_test(what_is_queued_in_a_damaged_ledger_stays_queued),
		sync_test(damage_where_was_written_is_found_at_once),
		sync_test(damage_in_what_is_under_way_is_found_at_once),
		sync_test(an_end_during_the_check_is_no_clean_end),
		sync_test(damage_outlasts_an_end_during_the_check),
		sync_test(who_waits_is_told_when_the_mount_ends),
		queue_test(a_check_that_fails_is_made_again),
		queue_test(the_file_stays_as_it_is_while_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
