/* SPDX-License-Identifier: MIT */
/*
 * Two creates of one name and content are under way, and the power fails. One writer has got a
 * success. Its file keeps the job, even if the disk still says that the other create is under way.
 * The tests differ in how the other create ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "submit_fixture.h"

#define MADE "d/a.yaml"	    /* the file that gets the job */
#define OTHER "e/a.yaml"    /* its twin */
#define OUTSIDER "f/b.yaml" /* a file that is no twin */

struct twins {
	struct fixture *fixture;
	struct writer made, other;
};

/* Returns the create of this path. Fails the test if it has not left, or is answered. */
static struct fake_request *create_of(struct fixture *fixture, const char *path)
{
	struct fake_request *request;

	TAILQ_FOREACH (request, &fixture->service.open, link) {
		if (request->kind == FAKE_CREATE && request->sent && !request->answered &&
		    !strcmp(((struct submission *)request->data)->path, path))
			return request;
	}
	fail_msg("no create of %s is on the wire", path);
	return NULL;
}

/* Commits MADE and OTHER, in this order if made_first; OTHER with submit=queue if other_is_queued.
 * Then both creates have left, and the service has performed that of MADE. */
static void begin_twins(struct twins *twins, bool made_first, bool other_is_queued)
{
	struct fixture *fixture = fixture_open(false);

	*twins = (struct twins){.fixture = fixture};
	for (int i = 0; i < 2; i++) {
		bool made = (i == 0) == made_first;

		fixture->rules.queue = !made && other_is_queued;
		assert_int_equal(fixture_commit(fixture, made ? MADE : OTHER, "one",
						made ? &twins->made : &twins->other),
				 0);
		fixture_settle(fixture);
	}
	fixture->rules.queue = false;
	for (int i = 0; i < 2; i++)
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	create_of(fixture, OTHER);
	fake_request_perform(create_of(fixture, MADE));
}

static void tell_made(struct twins *twins)
{
	fake_request_answer(create_of(twins->fixture, MADE), FAKE_TRUTH);
	fixture_settle(twins->fixture);
	assert_int_equal(twins->made.told, 1);
}

/* Lets the power fail, mounts again, and ends the test. If the writer of MADE had a success, its
 * file must have its job. */
static void lose_power(struct twins *twins)
{
	struct fixture *fixture = twins->fixture;
	bool was_told = twins->made.told && twins->made.result == 0;

	fixture_crash(fixture, true, NULL, NULL);
	while (!TAILQ_EMPTY(&fixture->service.late))
		fake_request_forget(TAILQ_FIRST(&fixture->service.late));
	assert_true(fixture_quiesce(fixture));
	if (was_told)
		fixture_assert_held(fixture, MADE, "one");
	assert_true(fake_service_count(&fixture->service, true) <= 2);
	fixture_close(fixture);
}

static const enum fake_answer ends[] = {FAKE_DENIED, FAKE_REFUSED, FAKE_UNSENT};

/* The twin's create has failed, and its writer has the error. Then the other create succeeds, and
 * survives a loss of power. */
static void the_twin_has_failed(void **state)
{
	struct twins twins;

	(void)state;
	for (int i = 0; i < 2 * 3; i++) {
		begin_twins(&twins, i & 1, false);
		fake_request_answer(create_of(twins.fixture, OTHER), ends[i / 2]);
		fixture_settle(twins.fixture);
		assert_true(twins.other.told && twins.other.result < 0);
		tell_made(&twins);
		assert_int_equal(twins.made.result, 0);
		lose_power(&twins);
	}
}

/* The twin's create was answered with 429, and the twin waits in the queue. Then the other create
 * succeeds, and survives a loss of power. */
static void the_twin_is_queued_again(void **state)
{
	struct twins twins;

	(void)state;
	for (int i = 0; i < 2; i++) {
		begin_twins(&twins, i & 1, true);
		fake_request_answer(create_of(twins.fixture, OTHER), FAKE_BUSY);
		fixture_settle(twins.fixture);
		fixture_assert_state(twins.fixture, OTHER, JOB_QUEUED);
		tell_made(&twins);
		assert_int_equal(twins.made.result, 0);
		lose_power(&twins);
	}
}

/* The twin got a 429 and is about to be sent again: the question before it has no answer yet. Then
 * the other create succeeds, and survives a loss of power. */
static void the_twin_is_asked_for_again(void **state)
{
	struct twins twins;

	(void)state;
	for (int i = 0; i < 2; i++) {
		begin_twins(&twins, i & 1, false);
		fake_request_answer(create_of(twins.fixture, OTHER), FAKE_BUSY);
		fixture_settle(twins.fixture);
		while (!fake_service_find(&twins.fixture->service, FAKE_LIST))
			assert_true(fixture_pass(twins.fixture, 10000) > 0 ||
				    fixture_pass(twins.fixture, 10000) > 0);
		tell_made(&twins);
		assert_int_equal(twins.made.result, 0);
		lose_power(&twins);
	}
}

/* The twin has failed, and a sync in the thread is making that durable. Until that sync ends, the
 * writer of the other create gets no answer. */
static void the_end_of_the_twin_is_being_synced(void **state)
{
	struct fixture *fixture;
	struct writer outsider = {0};
	struct twins twins;

	(void)state;
	for (int i = 0; i < 2; i++) {
		begin_twins(&twins, i & 1, false);
		fixture = twins.fixture;
		assert_int_equal(fixture_commit(fixture, OUTSIDER, "two", &outsider), 0);
		fixture_settle(fixture);
		fake_request_answer(create_of(fixture, OTHER), FAKE_DENIED);
		fixture_settle(fixture);
		fake_request_answer(fake_service_find(&fixture->service, FAKE_LIST), FAKE_TRUTH);
		fixture_iterate(fixture);
		assert_true(fake_disk_is_syncing());
		fake_request_answer(create_of(fixture, MADE), FAKE_TRUTH);
		for (int n = 0; n < 5; n++)
			fixture_iterate(fixture);
		assert_true(fake_disk_is_syncing());
		assert_int_equal(twins.made.told, 0);
		lose_power(&twins);
	}
}

/* The twin has failed, and that is durable. So the success of the other create is told without a
 * sync of its own. */
static void a_twin_that_is_gone_costs_no_sync(void **state)
{
	struct writer outsider = {0};
	struct twins twins;
	uint64_t syncs;

	(void)state;
	begin_twins(&twins, false, false);
	fake_request_answer(create_of(twins.fixture, OTHER), FAKE_DENIED);
	fixture_settle(twins.fixture);
	assert_int_equal(fixture_commit(twins.fixture, OUTSIDER, "two", &outsider), 0);
	fixture_answer(twins.fixture, FAKE_LIST, FAKE_TRUTH);
	syncs = fake_disk_syncs();
	tell_made(&twins);
	assert_int_equal(fake_disk_syncs(), syncs);
	lose_power(&twins);
}

/* While a twin is under way, a create is done, and the ledger cannot make that durable: its writer
 * gets no success. */
static void the_disk_fails_beside_a_twin(void **state)
{
	struct twins twins;

	(void)state;
	for (int i = 0; i < 2 * 2; i++) {
		begin_twins(&twins, i & 1, false);
		if (i & 2)
			fake_disk_fail_syncs(true);
		else
			fake_disk_fail_writes(ENOSPC);
		tell_made(&twins);
		assert_true(twins.made.result < 0);
		fake_disk_fail_syncs(false);
		fake_disk_fail_writes(0);
		lose_power(&twins);
	}
}

/* The sync of the twin's create fails, so it is unknown what the disk has of it. Then the writer of
 * the other create gets EIO, too, because its outcome is not durable. */
static void the_disk_fails_twice(void **state)
{
	struct fixture *fixture = fixture_open(false);
	struct twins twins = {.fixture = fixture};

	(void)state;
	assert_int_equal(fixture_commit(fixture, MADE, "one", &twins.made), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_perform(create_of(fixture, MADE));
	assert_int_equal(fixture_commit(fixture, OTHER, "one", &twins.other), 0);
	fixture_settle(fixture);
	fake_request_answer(fake_service_find(&fixture->service, FAKE_LIST), FAKE_TRUTH);
	fixture_iterate(fixture);
	assert_true(fake_disk_is_syncing());
	fake_request_answer(create_of(fixture, MADE), FAKE_TRUTH);
	fixture_iterate(fixture);
	fake_disk_fail_syncs(true);
	fixture_settle(fixture);
	assert_int_equal(twins.other.result, -EIO);
	assert_int_equal(twins.made.told, 1);
	assert_int_equal(twins.made.result, -EIO);
	fake_disk_fail_syncs(false);
	lose_power(&twins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_twin_has_failed),
		cmocka_unit_test(the_twin_is_queued_again),
		cmocka_unit_test(the_twin_is_asked_for_again),
		cmocka_unit_test(the_end_of_the_twin_is_being_synced),
		cmocka_unit_test(a_twin_that_is_gone_costs_no_sync),
		cmocka_unit_test(the_disk_fails_beside_a_twin),
		cmocka_unit_test(the_disk_fails_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
