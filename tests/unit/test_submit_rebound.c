/* SPDX-License-Identifier: MIT */
/* Tests of a mount with -o rebind: the ledger is a copy, and lives on. The submissions that were
 * queued are in doubt: the other copy has sent them, or has not. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "submit/bounds.h"
#include "submit_fixture.h"

/* Makes a commit that stays in the queue, because nothing may be sent. */
static void queue_commit(struct fixture *fixture, const char *path, const char *content)
{
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, path, content, &writer), 0);
	fixture_settle(fixture);
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, 0);
}

/* Mounts again, so that nothing is sent from the queue. */
static void hold_queue(struct fixture *fixture)
{
	fixture->options.queued_inflight_max = 0;
	fixture_remount(fixture);
	fixture_settle(fixture);
}

/* Unmounts, and mounts as a copy of the ledger does with -o rebind. The queue may be sent again. */
static void rebind(struct fixture *fixture)
{
	fixture->options.queued_inflight_max = 16;
	snprintf(fixture->instance, sizeof(fixture->instance), "%s/instance", fixture->directory);
	fixture->rebind = true;
	fixture_remount(fixture);
	fixture->rebind = false;
}

static void what_the_other_copy_has_made_is_taken(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *made;

	hold_queue(fixture);
	queue_commit(fixture, "a.yaml", "one");
	made = fake_service_make(&fixture->service, "a", "one");
	rebind(fixture);
	fixture_settle(fixture);
	fixture_assert_state(fixture, "a.yaml", JOB_IN_DOUBT);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
	assert_int_equal(made->version, 1);
}

static void what_nobody_has_made_is_made_once_and_not_at_once(void **state)
{
	struct fixture *fixture = *state;

	hold_queue(fixture);
	queue_commit(fixture, "a.yaml", "one");
	fake_service_make(&fixture->service, "a", "of somebody else");
	rebind(fixture);
	for (int64_t passed = 0; passed < FIXTURE_TIMEOUT_MS;) {
		struct fake_request *list = fake_service_find(&fixture->service, FAKE_LIST);

		assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
		if (list)
			fake_request_answer(list, FAKE_TRUTH);
		list = fake_service_find(&fixture->service, FAKE_SHOW);
		if (list)
			fake_request_answer(list, FAKE_TRUTH);
		passed += fixture_pass(fixture, 1000);
	}
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

static void several_jobs_leave_it_in_doubt(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_job_record_ struct job_record job = {0};

	hold_queue(fixture);
	queue_commit(fixture, "a.yaml", "one");
	fake_service_make(&fixture->service, "a", "one");
	fake_service_make(&fixture->service, "a", "one");
	rebind(fixture);
	fixture_quiesce(fixture);
	fixture_assert_state(fixture, "a.yaml", JOB_IN_DOUBT);
	job = fixture_job(fixture, "a.yaml");
	assert_non_null(strstr(job.error, "jobs: "));
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
}

/* Two files have the same name and content: each file takes a job that the other copy has made, or
 * a create makes its job. */
static void each_job_is_taken_once(void **state)
{
	(void)state;
	for (int made = 0; made < 3; made++) {
		struct fixture *fixture = fixture_open(true);

		hold_queue(fixture);
		queue_commit(fixture, "d/a.yaml", "one");
		queue_commit(fixture, "e/a.yaml", "one");
		for (int i = 0; i < made; i++)
			fake_service_make(&fixture->service, "a", "one");
		rebind(fixture);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(fake_service_count(&fixture->service, false), 2);
		assert_int_equal(fake_service_count(&fixture->service, true), 2 - made);
		fixture_assert_held(fixture, "d/a.yaml", "one");
		fixture_assert_held(fixture, "e/a.yaml", "one");
		fixture_close(fixture);
	}
}

static struct fake_job *job_of(struct fixture *fixture, const char *path)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, path);

	return fake_service_job(&fixture->service, job.job_id);
}

/* An update was queued when the ledger was copied. Each row: the versions that others have written
 * since, and whether the update is done, sent or a conflict. version: the job's newest at the end;
 * base: the file's. */
static void updates_by_table(void **state)
{
	static const struct {
		const char *second, *third; /* versions that others have written, NULL: none */
		const char *held;	    /* the content at the end; NULL: a conflict */
		int version, base;
	} rows[] = {
		{NULL, NULL, "two", 2, 2},  /* nobody has sent the update */
		{"two", NULL, "two", 2, 2}, /* the other copy has sent it */
		/* the other copy has sent it, and another client wrote on top */
		{"two", "three", "three", 3, 2},
		/* another client wrote first, and the other copy on top */
		{"three", "two", "two", 3, 3},
		{"three", NULL, NULL, 2, 1}, /* only another client has written */
		/* another client wrote the text of the base: no conflict */
		{"one", NULL, "two", 3, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *fixture = fixture_open(true);
		struct job_record job;
		struct fake_job *there;

		fixture_make(fixture, "a.yaml", "one");
		there = job_of(fixture, "a.yaml");
		hold_queue(fixture);
		queue_commit(fixture, "a.yaml", "two");
		if (rows[i].second)
			fake_job_write(there, rows[i].second);
		if (rows[i].third)
			fake_job_write(there, rows[i].third);
		rebind(fixture);
		assert_true(fixture_quiesce(fixture));
		job = fixture_job(fixture, "a.yaml");
		assert_int_equal(there->version, rows[i].version);
		assert_int_equal(job.base, rows[i].base);
		assert_int_equal(job.state, rows[i].held ? JOB_SUBMITTED : JOB_FAILED);
		if (rows[i].held)
			assert_string_equal(there->content[there->version], rows[i].held);
		job_record_finish(&job);
		fixture_close(fixture);
	}
}

/* New content comes for a path whose queued content is in doubt, with submit=sync and submit=queue.
 * The old content is settled first, and then the new one is sent. */
static void new_content_makes_way(void **state)
{
	(void)state;
	for (int queue = 0; queue < 2; queue++) {
		struct fixture *fixture = fixture_open(true);
		struct writer writer = {0};

		hold_queue(fixture);
		queue_commit(fixture, "a.yaml", "one");
		fake_service_make(&fixture->service, "a", "one");
		rebind(fixture);
		fixture->rules.queue = queue;
		/* this commit comes before anything leaves the queue */
		assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writer), 0);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(writer.result, 0);
		fixture_assert_held(fixture, "a.yaml", "two");
		assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
		fixture_close(fixture);
	}
}

/* At a rebind one submission of the file is in doubt, and another is queued behind it. A third
 * content is refused until both are settled: the other copy has made the job with both versions, so
 * nothing is sent. */
static void two_of_one_file(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_CREATE);
	queue_commit(fixture, "a.yaml", "two");
	fake_job_write(fake_service_make(&fixture->service, "a", "one"), "two");
	rebind(fixture);
	fixture_settle(fixture);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "three", &writer), -EBUSY);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED); /* "three" was refused */
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
	assert_int_equal(job_of(fixture, "a.yaml")->version, 2);
	fixture_make(fixture, "a.yaml", "three");
	assert_int_equal(job_of(fixture, "a.yaml")->version, 3);
}

/* A file that was not queued at the rebind is written as usual: three contents, one in each
 * iteration after the rebind. */
static void other_files_do_not_wait(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[3] = {{0}};

	hold_queue(fixture);
	queue_commit(fixture, "a.yaml", "one");
	rebind(fixture);
	for (int i = 0; i < 3; i++) {
		char content[2] = {(char)('x' + i)};

		assert_int_equal(fixture_commit(fixture, "c.yaml", content, &writers[i]), 0);
		fixture_iterate(fixture);
	}
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	fixture_assert_held(fixture, "c.yaml", "z");
	assert_int_equal(fake_service_count(&fixture->service, true), 2);
}

/* According to this ledger the request was not sent, but the other copy may have sent it since. So
 * the submission is in doubt. */
static void what_was_not_sent_yet_is_in_doubt_too(void **state)
{
	(void)state;
	for (int queue = 0; queue < 2; queue++) {
		for (int update = 0; update < 2; update++) {
			struct fixture *fixture = fixture_open(queue);
			struct writer writer = {0};

			if (update)
				fixture_make(fixture, "a.yaml", "zero");
			assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
			fixture_request(fixture, update ? FAKE_SHOW : FAKE_LIST);
			if (!queue)
				submit_waiter_drop(writer.waiter);
			if (update)
				fake_job_write(job_of(fixture, "a.yaml"), "one");
			else
				fake_service_make(&fixture->service, "a", "one");
			rebind(fixture);
			fixture_settle(fixture);
			fixture_assert_state(fixture, "a.yaml", JOB_IN_DOUBT);
			assert_true(fixture_quiesce(fixture));
			fixture_assert_held(fixture, "a.yaml", "one");
			assert_int_equal(fake_service_count(&fixture->service, false), 1);
			fixture_close(fixture);
		}
	}
}

/* The queued submissions become in doubt a few at a time, and in the end each file has its job. */
static void a_long_queue_is_taken_up_bit_by_bit(void **state)
{
	enum { FILES = REBOUND_DOUBTS_MAX + 2 * REBOUND_AT_ONCE };
	struct fixture *fixture = *state;
	unsigned most = 0;

	hold_queue(fixture);
	for (int i = 0; i < FILES; i++) {
		char path[32], content[32];

		snprintf(path, sizeof(path), "job%03d.yaml", i);
		snprintf(content, sizeof(content), "%d", i);
		queue_commit(fixture, path, content);
		snprintf(path, sizeof(path), "job%03d", i);
		if (i & 1)
			fake_service_make(&fixture->service, path, content);
	}
	rebind(fixture);
	for (unsigned before = 0; before < REBOUND_DOUBTS_MAX; before = most) {
		fixture_iterate(fixture);
		most = fixture->engine->in_doubt;
		assert_in_range(most - before, 0, REBOUND_AT_ONCE);
	}
	fixture_settle(fixture);
	assert_int_equal(fixture->engine->in_doubt, REBOUND_DOUBTS_MAX);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(fake_service_count(&fixture->service, false), FILES);
	assert_int_equal(fake_service_count(&fixture->service, true), FILES / 2);
}

/* After a rebind, queued submissions are in doubt. They still are after crashes: each content ends
 * up in one job. */
static void the_doubt_outlives_crashes(void **state)
{
	struct fixture *fixture = *state;

	hold_queue(fixture);
	queue_commit(fixture, "a.yaml", "one");
	queue_commit(fixture, "b.yaml", "two");
	fake_service_make(&fixture->service, "a", "one");
	fixture->options.queued_inflight_max = 0;
	rebind(fixture);
	fixture_crash(fixture, false, NULL, NULL);
	fixture_settle(fixture);
	fixture_crash(fixture, true, NULL, NULL);
	fixture_settle(fixture);
	fixture_crash(fixture, false, NULL, NULL);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	fixture_assert_held(fixture, "b.yaml", "two");
	assert_int_equal(fake_service_count(&fixture->service, false), 2);
}

/* The ledger cannot be written when a submission leaves the queue: the submission goes back, and
 * stays in doubt. */
static void a_ledger_that_cannot_be_written_keeps_the_doubt(void **state)
{
	struct fixture *fixture = *state;

	hold_queue(fixture);
	queue_commit(fixture, "a.yaml", "one");
	fake_service_make(&fixture->service, "a", "one");
	rebind(fixture);
	fake_disk_fail_writes(EIO);
	for (int i = 0; i < 5; i++)
		fixture_pass(fixture, 1000);
	fake_disk_fail_writes(0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
}

/* If the service already holds the content, according to the ledger, no question is asked. */
static void a_content_that_the_service_holds_leaves_the_queue(void **state)
{
	struct fixture *fixture = *state;

	fixture_make(fixture, "a.yaml", "one");
	hold_queue(fixture);
	queue_commit(fixture, "a.yaml", "two");
	queue_commit(fixture, "a.yaml", "one");
	rebind(fixture);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(what_the_other_copy_has_made_is_taken),
		queue_test(what_nobody_has_made_is_made_once_and_not_at_once),
		queue_test(several_jobs_leave_it_in_doubt),
		cmocka_unit_test(each_job_is_taken_once),
		cmocka_unit_test(updates_by_table),
		cmocka_unit_test(new_content_makes_way),
		queue_test(two_of_one_file),
		queue_test(other_files_do_not_wait),
		cmocka_unit_test(what_was_not_sent_yet_is_in_doubt_too),
		queue_test(a_long_queue_is_taken_up_bit_by_bit),
		queue_test(the_doubt_outlives_crashes),
		queue_test(a_ledger_that_cannot_be_written_keeps_the_doubt),
		queue_test(a_content_that_the_service_holds_leaves_the_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
