/* SPDX-License-Identifier: MIT */
/* Tests of what one path has at a time: newer content, writers that wait or leave, and
 * deletions. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "submit_fixture.h"

/* Content that arrives while the create is under way becomes an update of the job. */
static void newer_content_becomes_an_update(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0}, third = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &second), 0);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "three", &third), 0);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_int_equal(first.result, 0);
	fixture_answer_update(fixture, FAKE_TRUTH);
	/* "two" was never sent: its writer gets the outcome of the newest content */
	assert_int_equal(second.told, 1);
	assert_int_equal(second.result, 0);
	assert_int_equal(third.result, 0);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 1);
	fixture_assert_held(fixture, "a.yaml", "three");
}

/* A commit of the same content shares the submission that is under way. */
static void the_same_content_joins(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &second), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_int_equal(first.told + second.told, 2);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 1);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
}

/* Content that the service holds already, according to the ledger, is not sent again: the writer
 * gets a success without a request. */
static void what_is_held_is_not_sent(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
	assert_int_equal(writer.result, 0);
	fixture_assert_held(fixture, "a.yaml", "one");
}

/* A writer is gone (its request was interrupted): it gets no answer, and the submission goes on. */
static void a_writer_who_leaves_is_not_told(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	submit_waiter_drop(writer.waiter);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.told, 0);
	fixture_assert_held(fixture, "a.yaml", "one");
}

/* Content that waits behind another submission is refused when its time is over. */
static void what_stands_behind_has_a_deadline(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &second), 0);
	fixture_request(fixture, FAKE_CREATE);
	fixture_pass(fixture, FIXTURE_TIMEOUT_MS);
	assert_int_equal(second.told, 1);
	assert_int_equal(second.result, -ETIMEDOUT);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_int_equal(first.result, 0);
	/* the newest content was refused, and the path's state says so */
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* If no slot is free, a submission waits, and its time can run out. */
static void what_waits_for_a_slot_has_a_deadline(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[2] = {{0}};

	fixture->options.inflight_max = 1;
	fixture_remount(fixture);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writers[0]), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "two", &writers[1]), 0);
	fixture_no_request(fixture, FAKE_LIST);
	fixture_pass(fixture, FIXTURE_TIMEOUT_MS);
	assert_int_equal(writers[1].result, -ETIMEDOUT);
	fixture_assert_state(fixture, "b.yaml", JOB_FAILED);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "two", &writers[1]), 0);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "b.yaml", "two");
}

/* ---- deletions ---- */

static void a_deletion_ends_the_row(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	int64_t row;

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_delete(fixture, "a.yaml", &writer), 0);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_DELETE, FAKE_TRUTH);
	assert_int_equal(writer.result, 0);
	assert_int_equal(ledger_row(fixture->ledger, "a.yaml", &row), -ENOENT);
	assert_int_equal(fake_service_count(&fixture->service, false), 0);
}

/* The answer of a deletion is lost: the service is asked once for the job. If the job is gone, the
 * deletion succeeds; otherwise the writer gets ETIMEDOUT. */
static void a_lost_deletion_is_asked_for(void **state)
{
	(void)state;
	for (int done = 0; done < 2; done++) {
		struct fixture *fixture = fixture_open(false);
		struct writer writer = {0};

		fixture_make(fixture, "a.yaml", "one");
		assert_int_equal(fixture_delete(fixture, "a.yaml", &writer), 0);
		fixture_checked(fixture, FAKE_DELETE);
		if (done)
			fake_request_perform(fixture_request(fixture, FAKE_DELETE));
		fixture_answer(fixture, FAKE_DELETE, FAKE_LOST);
		assert_int_equal(writer.told, 0);
		fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
		assert_int_equal(writer.told, 1);
		assert_int_equal(writer.result, done ? 0 : -ETIMEDOUT);
		if (!done)
			fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		fixture_close(fixture);
	}
}

static void a_deletion_waits_for_no_submission(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0}, remover = {0};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writer), 0);
	assert_int_equal(fixture_delete(fixture, "a.yaml", &remover), -EBUSY);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "two");
}

/* Deleting a job that is gone already succeeds. */
static void a_deletion_of_what_is_gone_is_done(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "one");
	LIST_FIRST(&fixture->service.jobs)->gone = true;
	assert_int_equal(fixture_delete(fixture, "a.yaml", &writer), 0);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_int_equal(writer.result, 0);
	assert_int_equal(fixture->service.counts[FAKE_DELETE], 0);
}

/* The job disappears between the check and our deletion: the deletion succeeds all the same. */
static void a_deletion_of_what_goes_meanwhile_is_done(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_delete(fixture, "a.yaml", &writer), 0);
	fixture_checked(fixture, FAKE_DELETE);
	LIST_FIRST(&fixture->service.jobs)->gone = true;
	fixture_answer(fixture, FAKE_DELETE, FAKE_TRUTH);
	assert_int_equal(writer.result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(newer_content_becomes_an_update),
		sync_test(the_same_content_joins),
		sync_test(what_is_held_is_not_sent),
		sync_test(a_writer_who_leaves_is_not_told),
		sync_test(what_stands_behind_has_a_deadline),
		sync_test(what_waits_for_a_slot_has_a_deadline),
		sync_test(a_deletion_ends_the_row),
		cmocka_unit_test(a_lost_deletion_is_asked_for),
		sync_test(a_deletion_waits_for_no_submission),
		sync_test(a_deletion_of_what_is_gone_is_done),
		sync_test(a_deletion_of_what_goes_meanwhile_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
