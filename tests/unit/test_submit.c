/* SPDX-License-Identifier: MIT */
/*
 * Tests of the order "durable, then sent, then answered". Comments name the promises of the design
 * (docs/submission.md). test_submit_crash.c has the crashes, test_submit_answers.c the answers of
 * the service, test_submit_lists.c the lists.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "submit_fixture.h"

/* Returns how many jobs of the service have this content as their first version. */
static int count_content(struct fixture *fixture, const char *content)
{
	struct fake_job *job;
	int n = 0;

	LIST_FOREACH (job, &fixture->service.jobs, link)
		n += !strcmp(job->content[1], content);
	return n;
}

/* ---- the promises of the design ---- */

/* Promise 1: a commit that returned 0 has exactly one job. */
static void a_commit_makes_one_job(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(writer.told, 0);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, 0);
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* Promise 1 in queue mode: the job is there in the end. */
static void a_queued_commit_makes_one_job_eventually(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_settle(fixture);
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, 0);
	assert_int_equal(fixture->service.performed_counts[FAKE_CREATE], 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* Promise 2: a commit that returned an error has at most one job, and the space learns of the
 * job. */
static void a_lost_create_that_was_done_is_learnt_of(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_perform(fixture_request(fixture, FAKE_CREATE));
	fixture_answer(fixture, FAKE_CREATE, FAKE_LOST);
	assert_int_equal(writer.result, -ETIMEDOUT);
	fixture_assert_state(fixture, "a.yaml", JOB_IN_DOUBT);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 1);
}

/* Promise 3: before anything is sent again for a path in doubt, the service is asked. */
static void nothing_is_sent_for_a_path_in_doubt(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_perform(fixture_request(fixture, FAKE_CREATE));
	fixture_answer(fixture, FAKE_CREATE, FAKE_LOST);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &second), 0);
	fixture_no_request(fixture, FAKE_CREATE);
	fixture_no_request(fixture, FAKE_UPDATE);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH); /* the search for the lost create */
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	/* the job is known now, so the content is sent as an update */
	fixture_answer_update(fixture, FAKE_TRUTH);
	assert_int_equal(second.result, 0);
	fixture_assert_held(fixture, "a.yaml", "two");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* Promise 4: a refusal that may change later loses nothing that was queued, even if the refusals
 * last long. */
static void what_was_queued_outlasts_every_no_that_may_change(void **state)
{
	static const enum fake_answer for_now[] = {FAKE_LOST,	FAKE_BROKEN, FAKE_NONSENSE,
						   FAKE_UNSENT, FAKE_BUSY,   FAKE_DENIED};
	struct fixture *fixture = *state;
	struct writer writer = {0};
	size_t said = 0;

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	for (int i = 0; i < 1000 && said < sizeof(for_now) / sizeof(for_now[0]); i++) {
		struct fake_request *create;

		fixture_settle(fixture);
		create = fake_service_find(&fixture->service, FAKE_CREATE);
		if (create)
			fake_request_answer(create, for_now[said++]);
		else if (!fixture_step(fixture))
			break;
	}
	assert_int_equal(said, sizeof(for_now) / sizeof(for_now[0]));
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* ---- the intent is durable, then the request leaves ---- */

/* The intent of a request is on the disk before the request leaves: the power fails at that
 * moment. */
static void a_request_leaves_when_its_intent_is_durable(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	while (!fake_service_find(&fixture->service, FAKE_CREATE))
		assert_true(fixture_step(fixture));
	fake_request_perform(fake_service_find(&fixture->service, FAKE_CREATE));
	fixture_crash(fixture, true, NULL, NULL);
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTING);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

static void an_update_leaves_when_its_intent_is_durable(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "zero");
	fixture_remount(fixture); /* everything until now is durable */
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	while (!fake_service_find(&fixture->service, FAKE_UPDATE))
		assert_true(fixture_step(fixture));
	fixture_crash(fixture, true, NULL, NULL);
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTING);
}

/* The list of jobs that the service had before is durable together with the intent. The power fails
 * when the create leaves; then a foreign job of the same name and content is not taken for the
 * create's job. */
static void what_was_there_before_is_durable_with_the_intent(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct fake_job *foreign = fake_service_make(&fixture->service, "a", "one");

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	while (!fake_service_find(&fixture->service, FAKE_CREATE))
		assert_true(fixture_step(fixture));
	fixture_crash(fixture, true, NULL, NULL);
	while (!TAILQ_EMPTY(&fixture->service.late))
		fake_request_forget(TAILQ_FIRST(&fixture->service.late));
	assert_true(fixture_quiesce(fixture));
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
	assert_int_equal(ledger_is_bound(fixture->ledger, foreign->id), 0);
}

/* If nothing can be made durable, nothing is sent, and the writer gets the error. */
static void nothing_is_sent_when_the_disk_cannot_sync(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fake_disk_fail_syncs(true);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_settle(fixture);
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, -EIO);
	assert_int_equal(fixture->service.sent_counts[FAKE_CREATE], 0);
	fake_disk_fail_syncs(false);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(fake_service_count(&fixture->service, true), 0);
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* Several writers wait, so a thread makes the sync: nothing is sent before the sync has ended. */
static void nothing_is_sent_before_a_sync_apart_has_ended(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_CREATE); /* this request waits for its answer */
	assert_int_equal(fixture_commit(fixture, "b.yaml", "two", &second), 0);
	fixture_request(fixture, FAKE_LIST);
	fake_request_answer(fake_service_find(&fixture->service, FAKE_LIST), FAKE_TRUTH);
	for (int i = 0; i < 10; i++)
		fixture_iterate(fixture);
	assert_true(fake_disk_is_syncing());
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 1);
	fake_disk_end_sync();
	fixture_settle(fixture);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 2);
}

static void a_sync_apart_that_fails_sends_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_CREATE);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "two", &second), 0);
	fixture_request(fixture, FAKE_LIST);
	fake_request_answer(fake_service_find(&fixture->service, FAKE_LIST), FAKE_TRUTH);
	for (int i = 0; i < 10; i++)
		fixture_iterate(fixture);
	assert_true(fake_disk_is_syncing());
	fake_disk_fail_syncs(true);
	fake_disk_end_sync();
	fixture_settle(fixture);
	assert_int_equal(second.told, 1);
	assert_int_equal(second.result, -EIO);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 1);
	assert_int_equal(first.told, 0);
	fake_disk_fail_syncs(false);
	fixture_pass(fixture, FIXTURE_TIMEOUT_MS);
	fixture_assert_state(fixture, "b.yaml", JOB_FAILED);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_int_equal(first.result, 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* An intent that is recorded while a sync is under way is not covered by this sync: it is sent only
 * after the next one has ended. */
static void what_comes_during_a_sync_waits_for_the_next(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[3] = {{0}};
	static const char *const paths[] = {"a.yaml", "b.yaml", "c.yaml"};

	fixture_make(fixture, "c.yaml", "zero");
	assert_int_equal(fixture_commit(fixture, paths[0], "one", &writers[0]), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_CREATE);
	assert_int_equal(fixture_commit(fixture, paths[1], "two", &writers[1]), 0);
	fake_request_answer(fixture_request(fixture, FAKE_LIST), FAKE_TRUTH);
	fixture_iterate(fixture);
	assert_true(fake_disk_is_syncing());
	assert_int_equal(fixture_commit(fixture, paths[2], "three", &writers[2]), 0);
	fixture_iterate(fixture);
	fake_service_transmit(&fixture->service);
	fake_request_answer(fake_service_find(&fixture->service, FAKE_SHOW), FAKE_TRUTH);
	fixture_iterate(fixture);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
	fake_disk_end_sync();
	fixture_iterate(fixture);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 3); /* of c, a and b */
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
	assert_true(fake_disk_is_syncing());
	fake_disk_end_sync();
	fixture_iterate(fixture);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 1);
	assert_true(fixture_quiesce(fixture));
	for (int i = 0; i < 3; i++)
		assert_int_equal(writers[i].result, 0);
}

/* The state "submitting" of a queued submission is durable before the submission is sent. */
static void what_comes_out_of_the_queue_is_durable_as_sent(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	/* the question before the create cannot be started, so the submission is queued */
	fixture->service.fail_next = ENOMEM;
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_settle(fixture);
	fixture_assert_state(fixture, "a.yaml", JOB_QUEUED);
	while (!fake_service_find(&fixture->service, FAKE_CREATE))
		assert_true(fixture_step(fixture));
	fake_request_perform(fake_service_find(&fixture->service, FAKE_CREATE));
	fixture_crash(fixture, true, NULL, NULL);
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTING);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* ---- the outcome is committed, then the writer is answered ---- */

static void assert_committed(struct writer *writer)
{
	assert_false(ledger_is_open(writer->fixture->ledger));
	fixture_assert_state(writer->fixture, "a.yaml", JOB_SUBMITTED);
}

/* A writer gets its answer after the outcome is committed: a crash right after the answer finds the
 * outcome. */
static void a_writer_is_told_after_the_outcome_is_committed(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {.on_told = assert_committed};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	while (!writer.told)
		assert_true(fixture_step(fixture));
	fixture_crash(fixture, false, NULL, NULL);
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_false(fixture_has_work(fixture));
}

/* The ledger cannot take the outcome: the writer gets its answer, and the outcome is recorded
 * later. */
static void an_outcome_that_cannot_be_recorded_is_recorded_later(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_CREATE);
	fake_disk_fail_writes(ENOSPC);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, 0);
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTING);
	fake_disk_fail_writes(0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* submit=queue: a writer gets its answer when the submission is durable, not before. */
static void a_queued_commit_is_told_after_its_sync(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[2] = {{0}};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writers[0]), 0);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "two", &writers[1]), 0);
	for (int i = 0; i < 10; i++)
		fixture_iterate(fixture);
	assert_true(fake_disk_is_syncing()); /* in the thread: two writers wait for it */
	assert_int_equal(writers[0].told + writers[1].told, 0);
	fake_disk_end_sync();
	fixture_iterate(fixture);
	assert_int_equal(writers[0].told + writers[1].told, 2);
	fixture_crash(fixture, true, NULL, NULL);
	assert_true(fixture_quiesce(fixture)); /* the queue sends everything */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(writers[i].result, 0);
		fixture_assert_held(fixture, i ? "b.yaml" : "a.yaml", i ? "two" : "one");
	}
}

/* A sync has failed, and the disk had no room to write the log again. Later records are behind a
 * gap, and do not count as durable until the log is written again. */
static void nothing_is_told_durable_behind_a_gap(void **state)
{
	static const char *const paths[] = {"a.yaml", "b.yaml", "c.yaml", "d.yaml"};
	struct fixture *fixture = *state;
	struct writer writers[4] = {{0}};

	for (int i = 0; i < 4; i++) {
		assert_int_equal(fixture_commit(fixture, paths[i], paths[i], &writers[i]), 0);
		if (i % 2 == 0)
			continue;
		fixture_iterate(fixture);
		assert_true(fake_disk_is_syncing()); /* in the thread: two writers wait for it */
		fake_disk_fail_syncs(i == 1);
		fake_disk_fail_writes(i == 1 ? ENOSPC : 0);
		fake_disk_end_sync();
		fixture_iterate(fixture);
		fake_disk_fail_syncs(false);
		fake_disk_fail_writes(0);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(writers[i].told, 1);
	assert_true(writers[0].result < 0 && writers[1].result < 0);
	assert_true(writers[2].result == 0 && writers[3].result == 0);
	fixture_crash(fixture, true, NULL, NULL);
	assert_true(fixture_quiesce(fixture));
	for (int i = 2; i < 4; i++)
		fixture_assert_held(fixture, paths[i], paths[i]);
}

static void a_queued_commit_that_cannot_be_synced_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fake_disk_fail_syncs(true);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_settle(fixture);
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, -EIO);
	fake_disk_fail_syncs(false);
	assert_true(fixture_quiesce(fixture));
	assert_true(fake_service_count(&fixture->service, true) <= 1);
}

/* A submission goes back into the queue, and then the iteration fails. So the ledger records the
 * submission again. The second record finds the row of the first in the queue, and must not take
 * that row for newer content. */
static void what_goes_back_into_the_queue_twice_is_not_lost(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	fixture_request(fixture, FAKE_LIST);
	assert_int_equal(first.result, 0);
	fake_disk_fail_syncs(true);
	fake_request_answer(fake_service_find(&fixture->service, FAKE_LIST), FAKE_UNSENT);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "two", &second), 0);
	fixture_settle(fixture);
	assert_int_equal(second.result, -EIO); /* the iteration has failed */
	fixture_pass(fixture, FIXTURE_TIMEOUT_MS);
	fake_disk_fail_syncs(false);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
}

/* A submission goes back into the queue while a shared sync is under way. Until that sync ends, the
 * queue must not send the submission again, because the submission is still in memory. */
static void what_goes_back_into_the_queue_is_not_sent_twice(void **state)
{
	static const char *const paths[] = {"a.yaml", "b.yaml", "c.yaml", "d.yaml"};
	struct fixture *fixture = *state;
	struct writer writers[4] = {{0}};
	struct fake_request *list;

	assert_int_equal(fixture_commit(fixture, paths[0], paths[0], &writers[0]), 0);
	list = fixture_request(fixture, FAKE_LIST);
	list->retry_after_ms = 0;
	fake_request_answer(list, FAKE_BUSY);
	for (int i = 1; i < 3; i++) /* in the iteration of that answer */
		assert_int_equal(fixture_commit(fixture, paths[i], paths[i], &writers[i]), 0);
	fixture_iterate(fixture);
	assert_true(fake_disk_is_syncing());
	assert_int_equal(fixture_commit(fixture, paths[3], paths[3], &writers[3]), 0);
	fixture_iterate(fixture);
	fixture_iterate(fixture);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 3); /* of a, b and c */
	assert_true(fixture_quiesce(fixture));
	for (int i = 0; i < 4; i++)
		fixture_assert_held(fixture, paths[i], paths[i]);
	assert_int_equal(fake_service_count(&fixture->service, true), 4);
}

/* A submission goes back into the queue while a shared sync is under way, and that sync fails. The
 * submission is sent once all the same. */
static void what_goes_back_into_the_queue_is_not_sent_twice_when_a_sync_fails(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0}, third = {0};
	struct fake_request *list;

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	list = fixture_request(fixture, FAKE_LIST);
	list->retry_after_ms = 0;
	fake_disk_fail_syncs(true);
	fake_request_answer(list, FAKE_BUSY);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "two", &second), 0);
	fixture_settle(fixture);
	assert_int_equal(second.result, -EIO);
	fake_disk_fail_syncs(false);
	/* this change makes the engine look at the queue */
	assert_int_equal(fixture_commit(fixture, "c.yaml", "three", &third), 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	fixture_assert_held(fixture, "c.yaml", "three");
	assert_int_equal(count_content(fixture, "one"), 1);
}

/* A submission left the queue, and its state "submitting" could not be made durable. The submission
 * goes on in the same mount, even if the ledger refuses every change meanwhile. */
static void what_was_taken_from_the_queue_goes_on(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0};

	fixture_make(fixture, "a.yaml", "zero");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	fixture_checked(fixture, FAKE_UPDATE);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &second), 0);
	fixture_settle(fixture);
	assert_int_equal(second.result, 0); /* the submission is in the queue */
	fake_disk_fail_syncs(true);
	fake_request_answer(fixture_request(fixture, FAKE_UPDATE), FAKE_TRUTH);
	fixture_iterate(fixture);
	fake_disk_fail_writes(ENOSPC);
	fixture->rules.validate = DSL_YAML;
	assert_int_equal(fixture_commit(fixture, "b.yaml", "b: [", &first), -EINVAL);
	fixture_settle(fixture);
	fake_disk_fail_writes(0);
	fake_disk_fail_syncs(false);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "two");
}

/* A rename is made durable at once, with all that was recorded before it. So the intent of the
 * update of a.yaml is durable, although its own commit fails, and the update goes on. */
static void what_a_rename_has_committed_goes_on(void **state)
{
	struct fixture *fixture = *state;
	struct job_rename rename = {.from = "b.yaml", .to = "c.yaml", .ino = 1};
	struct writer first = {0}, second = {0};

	fixture_make(fixture, "a.yaml", "zero");
	fixture_make(fixture, "b.yaml", "b");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	assert_int_equal(ledger_rename_begin(fixture->ledger, &rename), 0);
	assert_int_equal(ledger_rename_done(fixture->ledger, &rename), 0);
	fake_disk_fail_writes(EIO);
	fixture_iterate(fixture);
	assert_int_equal(first.result, -EIO);
	fixture->rules.validate = DSL_YAML;
	assert_int_equal(fixture_commit(fixture, "d.yaml", "b: [", &second), -EINVAL);
	fixture_settle(fixture);
	fake_disk_fail_writes(0);
	fixture_pass(fixture, FIXTURE_TIMEOUT_MS);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
}

/* A sync that failed does not count: before the submission is sent, the intent is synced again. */
static void what_goes_on_is_synced_before_it_is_sent(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "zero");
	fixture_remount(fixture);
	fixture_make(fixture, "b.yaml", "two"); /* also syncs the head of the new log */
	fake_disk_fail_syncs(true);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_iterate(fixture);
	assert_int_equal(writer.result, -EIO);
	fake_disk_fail_syncs(false);
	while (!fake_service_find(&fixture->service, FAKE_UPDATE))
		assert_true(fixture_step(fixture));
	fixture_crash(fixture, true, NULL, NULL);
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTING);
}

/* An outcome must be durable, and the disk cannot sync: the loop waits a little before each new
 * try. */
static void a_sync_that_failed_is_not_tried_again_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[2] = {{0}};

	assert_int_equal(fixture_commit(fixture, "d/a.yaml", "one", &writers[0]), 0);
	assert_int_equal(fixture_commit(fixture, "e/a.yaml", "one", &writers[1]), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_disk_fail_syncs(true);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_false(fake_disk_is_syncing());
	fixture_pass(fixture, 1000);
	assert_true(fake_disk_is_syncing());
	fixture_settle(fixture);
	fake_disk_fail_syncs(false);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "d/a.yaml", "one");
	fixture_assert_held(fixture, "e/a.yaml", "one");
}

/* A record in the ledger failed at its second half, so the whole record was undone in the middle of
 * the iteration. Its submission is not sent, and the writer gets EIO. */
static void what_was_undone_in_the_iteration_is_not_sent(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	ledger_undo(fixture->ledger);
	fixture_settle(fixture);
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, -EIO);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(fixture->service.n_requests, 0);
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
}

/* A submission is queued, as an earlier mount with submit=queue leaves it. Then a commit has the
 * content that the service holds already. The submission must leave the queue: it could not be
 * sent, and everything behind it would wait forever. */
static void what_is_held_takes_the_place_of_what_was_queued(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[3] = {{0}};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writers[0]), 0);
	fixture_answer_update(fixture, FAKE_BUSY);
	fixture_assert_state(fixture, "a.yaml", JOB_QUEUED);
	fixture->rules.queue = false;
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writers[1]), 0);
	fixture_settle(fixture);
	assert_int_equal(writers[1].told, 1);
	assert_int_equal(writers[1].result, 0);
	fixture->rules.queue = true;
	assert_int_equal(fixture_commit(fixture, "b.yaml", "three", &writers[2]), 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	fixture_assert_held(fixture, "b.yaml", "three");
}

/* A queued submission was replaced by content that the service holds already. After a loss of power
 * the submission must not come back and overwrite the newer content, whose writer had a success. */
static void what_was_queued_before_does_not_come_back(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[2] = {{0}};

	fixture_make(fixture, "a.yaml", "one");
	fixture_remount(fixture); /* everything until now is durable */
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writers[0]), 0);
	fixture_answer_update(fixture, FAKE_BUSY);
	fixture->rules.queue = false;
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writers[1]), 0);
	while (!writers[1].told)
		assert_true(fixture_step(fixture));
	fixture_crash(fixture, true, NULL, NULL);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
}

/* A commit has the content that the service holds already, and takes a queued submission out of the
 * queue. If the ledger cannot make that durable, the queued content may come back: the writer of
 * the commit gets an error. */
static void what_may_come_back_from_the_queue_is_no_success(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fixture *fixture = fixture_open(true);
		struct writer writers[2] = {{0}};

		fixture_make(fixture, "a.yaml", "one");
		assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writers[0]), 0);
		fixture_answer_update(fixture, FAKE_BUSY);
		fixture->rules.queue = false;
		assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writers[1]), 0);
		if (i)
			fake_disk_fail_syncs(true);
		else
			fake_disk_fail_writes(ENOSPC);
		fixture_settle(fixture);
		assert_int_equal(writers[1].told, 1);
		assert_int_equal(writers[1].result, i ? -EIO : -ENOSPC);
		fake_disk_fail_syncs(false);
		fake_disk_fail_writes(0);
		assert_true(fixture_quiesce(fixture));
		fixture_assert_held(fixture, "a.yaml", "one");
		fixture_close(fixture);
	}
}

/* A sync failed, the log could not be written again, and the process died. The next mount reads the
 * whole log from the kernel's memory. It must not build on data that the disk does not have. */
static void what_an_earlier_mount_could_not_sync_is_written_again(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[3] = {{0}};

	fixture_make(fixture, "a.yaml", "zero");
	assert_int_equal(fixture_commit(fixture, "b.yaml", "one", &writers[0]), 0);
	assert_int_equal(fixture_commit(fixture, "c.yaml", "two", &writers[1]), 0);
	fixture_iterate(fixture);
	assert_true(fake_disk_is_syncing());
	fake_disk_fail_syncs(true);
	fake_disk_fail_writes(EIO);
	fake_disk_end_sync();
	fixture_iterate(fixture);
	fake_disk_fail_syncs(false);
	fake_disk_fail_writes(0);
	fixture_crash(fixture, false, NULL, NULL);
	assert_int_equal(fixture_commit(fixture, "d.yaml", "three", &writers[2]), 0);
	fixture_settle(fixture);
	assert_int_equal(writers[2].told, 1);
	assert_int_equal(writers[2].result, 0);
	fixture_crash(fixture, true, NULL, NULL);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "d.yaml", "three");
}

/* A newer content has overwritten a refused one, and waits for a slot when the process dies. The
 * file is a draft again, without the error of the refusal. */
static void what_was_refused_is_a_draft_again_when_it_is_overwritten(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_job_record_ struct job_record job = {0};
	struct writer writers[2] = {{0}};

	fixture->options.inflight_max = 1;
	fixture->rules.validate = DSL_YAML;
	fixture_remount(fixture);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "a: [", &writers[0]), -EINVAL);
	fixture_settle(fixture);
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "b: 1", &writers[0]), 0);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "a: 1", &writers[1]), 0);
	fixture_request(fixture, FAKE_LIST); /* of b; a waits for its slot */
	fixture_crash(fixture, false, NULL, NULL);
	job = fixture_job(fixture, "a.yaml");
	assert_null(job.error);
	assert_string_equal(job_state_word(job.state), "draft");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(a_commit_makes_one_job),
		queue_test(a_queued_commit_makes_one_job_eventually),
		sync_test(a_lost_create_that_was_done_is_learnt_of),
		sync_test(nothing_is_sent_for_a_path_in_doubt),
		queue_test(what_was_queued_outlasts_every_no_that_may_change),
		sync_test(a_request_leaves_when_its_intent_is_durable),
		sync_test(an_update_leaves_when_its_intent_is_durable),
		sync_test(what_was_there_before_is_durable_with_the_intent),
		sync_test(nothing_is_sent_when_the_disk_cannot_sync),
		sync_test(nothing_is_sent_before_a_sync_apart_has_ended),
		sync_test(a_sync_apart_that_fails_sends_nothing),
		sync_test(what_comes_during_a_sync_waits_for_the_next),
		queue_test(what_comes_out_of_the_queue_is_durable_as_sent),
		sync_test(a_writer_is_told_after_the_outcome_is_committed),
		sync_test(an_outcome_that_cannot_be_recorded_is_recorded_later),
		queue_test(a_queued_commit_is_told_after_its_sync),
		queue_test(nothing_is_told_durable_behind_a_gap),
		queue_test(a_queued_commit_that_cannot_be_synced_is_refused),
		queue_test(what_goes_back_into_the_queue_twice_is_not_lost),
		queue_test(what_goes_back_into_the_queue_is_not_sent_twice),
		queue_test(what_goes_back_into_the_queue_is_not_sent_twice_when_a_sync_fails),
		queue_test(what_was_taken_from_the_queue_goes_on),
		queue_test(what_a_rename_has_committed_goes_on),
		queue_test(what_goes_on_is_synced_before_it_is_sent),
		sync_test(a_sync_that_failed_is_not_tried_again_at_once),
		sync_test(what_was_undone_in_the_iteration_is_not_sent),
		queue_test(what_is_held_takes_the_place_of_what_was_queued),
		queue_test(what_was_queued_before_does_not_come_back),
		cmocka_unit_test(what_may_come_back_from_the_queue_is_no_success),
		queue_test(what_an_earlier_mount_could_not_sync_is_written_again),
		sync_test(what_was_refused_is_a_draft_again_when_it_is_overwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
