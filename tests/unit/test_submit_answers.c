/* SPDX-License-Identifier: MIT */
/* Tests: what happens to a submission after each answer of the service? */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "submit_fixture.h"

/* An ID that another file has, or that a job had before the create, is no answer to this create. */
static void an_impossible_id_is_no_answer(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	_cleanup_job_record_ struct job_record other = {0};

	fixture_make(fixture, "a.yaml", "one");
	other = fixture_job(fixture, "a.yaml");
	assert_int_equal(fixture_commit(fixture, "b.yaml", "two", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_answer_id(fixture_request(fixture, FAKE_CREATE), other.job_id);
	fixture_settle(fixture);
	assert_int_equal(writer.result, -EIO);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	fixture_assert_held(fixture, "b.yaml", "two");
	assert_int_equal(fake_service_count(&fixture->service, true), 2);
}

static void an_id_that_was_there_before_is_no_answer(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *foreign = fake_service_make(&fixture->service, "a", "other");
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_answer_id(fixture_request(fixture, FAKE_CREATE), foreign->id);
	fixture_settle(fixture);
	assert_int_equal(writer.result, -EIO);
	assert_int_equal(ledger_is_bound(fixture->ledger, foreign->id), 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
}

/* The result of an answer to a create or an update that the service has not done. */
struct row {
	enum fake_answer answer;
	int result;	      /* what the writer gets */
	enum job_state state; /* right after the answer */
};

static void sync_answers_by_table(void **state)
{
	static const struct row rows[] = {
		{FAKE_LOST, -ETIMEDOUT, JOB_IN_DOUBT}, {FAKE_BROKEN, -EIO, JOB_IN_DOUBT},
		{FAKE_NONSENSE, -EIO, JOB_IN_DOUBT},   {FAKE_UNSENT, -ECONNREFUSED, JOB_FAILED},
		{FAKE_DENIED, -EACCES, JOB_FAILED},    {FAKE_REFUSED, -EINVAL, JOB_FAILED},
		{FAKE_GONE, -ESTALE, JOB_FAILED},
	};

	(void)state;
	for (int update = 0; update < 2; update++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct fixture *fixture = fixture_open(false);
			struct writer writer = {0};

			if (update)
				fixture_make(fixture, "a.yaml", "zero");
			assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
			if (!update)
				fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
			if (update)
				fixture_answer_update(fixture, rows[i].answer);
			else
				fixture_answer(fixture, FAKE_CREATE, rows[i].answer);
			assert_int_equal(writer.told, 1);
			assert_int_equal(writer.result, rows[i].result);
			fixture_assert_state(fixture, "a.yaml", rows[i].state);
			assert_true(fixture_quiesce(fixture));
			fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
			fixture_make(fixture, "a.yaml", "two");
			assert_int_equal(fake_service_count(&fixture->service, true), 1);
			fixture_close(fixture);
		}
	}
}

static void queue_answers_by_table(void **state)
{
	static const struct row rows[] = {
		{FAKE_LOST, 0, JOB_IN_DOUBT},	  {FAKE_BROKEN, 0, JOB_IN_DOUBT},
		{FAKE_NONSENSE, 0, JOB_IN_DOUBT}, {FAKE_UNSENT, 0, JOB_QUEUED},
		{FAKE_BUSY, 0, JOB_QUEUED},	  {FAKE_DENIED, 0, JOB_QUEUED},
		{FAKE_REFUSED, 0, JOB_FAILED},	  {FAKE_GONE, 0, JOB_FAILED},
	};

	(void)state;
	for (int update = 0; update < 2; update++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct fixture *fixture = fixture_open(true);
			struct writer writer = {0};

			if (update)
				fixture_make(fixture, "a.yaml", "zero");
			assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
			if (!update)
				fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
			if (update)
				fixture_answer_update(fixture, rows[i].answer);
			else
				fixture_answer(fixture, FAKE_CREATE, rows[i].answer);
			assert_int_equal(writer.told, 1);
			assert_int_equal(writer.result, rows[i].result);
			fixture_assert_state(fixture, "a.yaml", rows[i].state);
			assert_true(fixture_quiesce(fixture));
			if (rows[i].state == JOB_FAILED)
				fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
			else
				fixture_assert_held(fixture, "a.yaml", "one");
			fixture_close(fixture);
		}
	}
}

/* The question before a create (a list) gets each answer of sync_answers_by_table() but FAKE_GONE.
 * Then no create is sent. */
static void no_create_is_sent_when_the_question_is_not_answered(void **state)
{
	static const struct row rows[] = {
		{FAKE_LOST, -ETIMEDOUT, JOB_FAILED}, {FAKE_BROKEN, -EIO, JOB_FAILED},
		{FAKE_NONSENSE, -EIO, JOB_FAILED},   {FAKE_UNSENT, -ECONNREFUSED, JOB_FAILED},
		{FAKE_DENIED, -EACCES, JOB_FAILED},  {FAKE_REFUSED, -EINVAL, JOB_FAILED},
	};

	(void)state;
	for (int queue = 0; queue < 2; queue++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct fixture *fixture = fixture_open(queue);
			struct writer writer = {0};

			assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
			fixture_answer(fixture, FAKE_LIST, rows[i].answer);
			assert_int_equal(writer.told, 1);
			assert_int_equal(writer.result, queue ? 0 : rows[i].result);
			assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
			fixture_assert_state(fixture, "a.yaml",
					     queue && rows[i].answer != FAKE_REFUSED ? JOB_QUEUED
										     : JOB_FAILED);
			fixture_close(fixture);
		}
	}
}

/* After a 429 the engine asks again within the time of the commit. The question before the create
 * is asked anew, because others may have made jobs meanwhile. */
static void a_busy_service_is_asked_again_in_time(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_BUSY);
	fixture_no_request(fixture, FAKE_LIST);
	fixture_pass(fixture, FIXTURE_TIMEOUT_MS);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_CREATE, FAKE_BUSY);
	fixture_no_request(fixture, FAKE_CREATE);
	fixture_pass(fixture, FIXTURE_TIMEOUT_MS);
	fixture_no_request(fixture, FAKE_CREATE);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_int_equal(writer.result, 0);
	fixture_assert_held(fixture, "a.yaml", "one");
}

/* The service answers 429 to each try of an update. When the time of the commit is over, the writer
 * gets EAGAIN. */
static void a_service_that_stays_busy_is_EAGAIN(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "zero");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	while (!writer.told) {
		struct fake_request *update;

		fixture_settle(fixture);
		update = fake_service_find(&fixture->service, FAKE_UPDATE);
		if (fake_service_find(&fixture->service, FAKE_SHOW)) {
			fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
		} else if (update) {
			update->retry_after_ms = 9000;
			fake_request_answer(update, FAKE_BUSY);
		} else {
			fixture_pass(fixture, FIXTURE_TIMEOUT_MS);
		}
	}
	assert_int_equal(writer.result, -EAGAIN);
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 4); /* at 0, 9, 18 and 27 s */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(an_impossible_id_is_no_answer),
		sync_test(an_id_that_was_there_before_is_no_answer),
		cmocka_unit_test(sync_answers_by_table),
		cmocka_unit_test(queue_answers_by_table),
		cmocka_unit_test(no_create_is_sent_when_the_question_is_not_answered),
		sync_test(a_busy_service_is_asked_again_in_time),
		sync_test(a_service_that_stays_busy_is_EAGAIN),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
