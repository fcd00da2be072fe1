/* SPDX-License-Identifier: MIT */
/* Submissions that become durable together are sent and answered in parts: no iteration of the loop
 * has much to do. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "submit/bounds.h"
#include "submit_fixture.h"

#define N_WRITERS (3 * RELEASES_MAX + 5)
#define ITERATIONS_MAX 10000

static struct writer writers[N_WRITERS];

static unsigned count_told(void)
{
	unsigned n = 0;

	for (int i = 0; i < N_WRITERS; i++)
		n += writers[i].told;
	return n;
}

/* Returns how many writers were answered, plus how many creates were started. With submit=queue
 * creates do not count, because the queue never sends many at the same time. */
static unsigned count_released(const struct fixture *fixture)
{
	return count_told() + (fixture->rules.queue ? 0 : fixture->service.counts[FAKE_CREATE]);
}

/* Answers all requests, ends the sync, and runs one iteration. Returns by how much this has raised
 * count_released(). */
static unsigned iterate(struct fixture *fixture)
{
	unsigned before = count_released(fixture);
	struct fake_request *request;

	for (int kind = 0; kind < FAKE_KINDS; kind++)
		while ((request = fake_service_find(&fixture->service, (enum fake_kind)kind)))
			fake_request_answer(request, FAKE_TRUTH);
	if (fake_disk_is_syncing())
		fake_disk_end_sync();
	fixture_iterate(fixture);
	return count_released(fixture) - before;
}

static void write_all(struct fixture *fixture, const char *content)
{
	char path[32];

	for (int i = 0; i < N_WRITERS; i++) {
		writers[i] = (struct writer){0};
		snprintf(path, sizeof(path), "%d.yaml", i);
		assert_int_equal(fixture_commit(fixture, path, content, &writers[i]), 0);
	}
}

/* Fails the test unless each file has a job of its own with this content, and each writer got a
 * success. */
static void assert_all_held(struct fixture *fixture, const char *content)
{
	char path[32];

	for (int i = 0; i < N_WRITERS; i++) {
		assert_int_equal(writers[i].result, 0);
		snprintf(path, sizeof(path), "%d.yaml", i);
		fixture_assert_held(fixture, path, content);
	}
	assert_int_equal(fake_service_count(&fixture->service, true), N_WRITERS);
}

static void what_comes_together_is_released_in_parts(void **state)
{
	struct fixture *fixture = *state;
	unsigned n, most = 0;

	write_all(fixture, "one");
	for (int i = 0; i < ITERATIONS_MAX && fixture_has_work(fixture); i++) {
		n = iterate(fixture);
		assert_true(n <= RELEASES_MAX);
		most = n > most ? n : most;
		if (!n && fixture->rules.queue)
			fixture_pass(fixture, 1);
	}
	assert_int_equal(most, RELEASES_MAX);
	assert_int_equal(count_told(), N_WRITERS);
	assert_all_held(fixture, "one");
}

/* Many long contents wait to be sent. The more bytes they have, the fewer are sent in one
 * iteration. */
static void the_size_of_what_is_sent_counts(void **state)
{
	static char content[7 * RELEASE_CONTENT + 1]; /* each counts as eight short ones */
	struct fixture *fixture = *state;
	uint64_t sent = 0, most = 0;

	memset(content, 'x', sizeof(content) - 1);
	write_all(fixture, content);
	for (int i = 0; i < ITERATIONS_MAX && fixture_has_work(fixture); i++) {
		iterate(fixture);
		if (fixture->service.counts[FAKE_CREATE] - sent > most)
			most = fixture->service.counts[FAKE_CREATE] - sent;
		sent = fixture->service.counts[FAKE_CREATE];
	}
	assert_int_equal(most, RELEASES_MAX / 8);
	assert_int_equal(fake_service_count(&fixture->service, true), N_WRITERS);
}

/* Many creates are sent in several parts, and the power fails after the first part. After the next
 * mount each job exists once. */
static void a_crash_between_two_parts_doubles_nothing(void **state)
{
	struct fixture *fixture = *state;

	write_all(fixture, "one");
	while (!fixture->service.counts[FAKE_CREATE])
		iterate(fixture);
	assert_true(fixture->service.counts[FAKE_CREATE] < N_WRITERS);
	fixture_crash(fixture, true, NULL, NULL);
	assert_true(fixture_quiesce(fixture)); /* after this no submission is in doubt */
	write_all(fixture, "one");
	assert_true(fixture_quiesce(fixture));
	assert_all_held(fixture, "one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(what_comes_together_is_released_in_parts),
		queue_test(what_comes_together_is_released_in_parts),
		sync_test(the_size_of_what_is_sent_counts),
		sync_test(a_crash_between_two_parts_doubles_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
