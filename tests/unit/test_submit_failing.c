/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of a submission fails once, and each statement of the ledger. Nothing may be
 * lost, doubled, or stay for ever: when all works again, and the writer writes again, there is one
 * job with what was written.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_memory.h"
#include "fake_statements.h"
#include "submit_fixture.h"

#define STEPS_MAX 300	  /* of a story */
#define FAILURES_MAX 2000 /* no story has so many */

static bool end_shortage(void)
{
	fake_memory_enough();
	return fake_memory_has_failed();
}

/* What fails. */
static const struct failure {
	const char *name;
	void (*begin)(uint64_t nth);
	bool (*end)(void); /* returns whether it came to that */
} allocation = {"allocations", fake_memory_short, end_shortage},
  statement = {"statements", fake_statements_fail, fake_statements_work};

struct story {
	const char *name;
	bool queue;
	const char *before; /* what the job had */
	bool is_lost;	    /* the answer of the first request that changes something */
	bool is_done;	    /* and the service has done it */
	bool remounts;	    /* while it is in doubt */
	bool removes;	    /* the job */
	bool foreign;	    /* another machine has such a job */
};

static const struct story stories[] = {
	{.name = "a create"},
	{.name = "an update", .before = "zero"},
	{.name = "a deletion", .before = "zero", .removes = true},
	{.name = "a queued create", .queue = true},
	{.name = "a queued update", .queue = true, .before = "zero"},
	{.name = "a lost create", .is_lost = true, .is_done = true},
	{.name = "a lost create that was not done", .is_lost = true},
	{.name = "a lost queued create", .queue = true, .is_lost = true},
	{.name = "a lost create beside others", .is_lost = true, .is_done = true, .foreign = true},
	{.name = "a lost update", .before = "zero", .is_lost = true, .is_done = true},
	{.name = "a lost queued update", .queue = true, .before = "zero", .is_lost = true},
	{.name = "a lost deletion", .before = "zero", .removes = true, .is_lost = true},
	{.name = "a crash in doubt", .is_lost = true, .is_done = true, .remounts = true},
	{.name = "a crash with a queue", .queue = true, .is_lost = true, .remounts = true},
};

/* A step in which the first change that is asked for is lost. */
static bool step_with_loss(struct fixture *fixture, const struct story *story, bool *is_lost)
{
	static const enum fake_kind changes[] = {FAKE_CREATE, FAKE_UPDATE, FAKE_DELETE};

	for (int i = 0; story->is_lost && !*is_lost && i < 3; i++) {
		struct fake_request *request = fake_service_find(&fixture->service, changes[i]);

		if (!request)
			continue;
		if (story->is_done)
			fake_request_perform(request);
		fake_request_answer(request, FAKE_LOST);
		*is_lost = true;
		return true;
	}
	return fixture_step(fixture);
}

static int begin_story(struct fixture *fixture, const struct story *story, struct writer *writer)
{
	return story->removes ? fixture_delete(fixture, "a.yaml", writer)
			      : fixture_commit(fixture, "a.yaml", "one", writer);
}

/* Has nothing left a state that nobody ends? Then the writer writes again. */
static void check_end(struct fixture *fixture, const struct story *story,
		      const struct writer *writer)
{
	struct writer again = {0};
	struct fake_job *job;

	if (!fixture_quiesce(fixture)) { /* a person decides */
		LIST_FOREACH (job, &fixture->service.jobs, link)
			job->gone |= !job->made_by;
		assert_true(fixture_quiesce(fixture));
	}
	if (story->removes)
		return;
	if (writer->told && writer->result == 0)
		fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &again), 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* Tells a story in which the nth fails. Returns whether it came to that. */
static bool tell_story(const struct story *story, const struct failure *failure, uint64_t nth)
{
	struct fixture *fixture = fixture_open(story->queue);
	struct writer writer = {0};
	bool is_lost = false, has_remounted = false, has_failed;

	if (story->foreign)
		for (int i = 0; i < 3; i++)
			fake_service_make(&fixture->service, "a", "other");
	if (story->before)
		fixture_make(fixture, "a.yaml", story->before);
	failure->begin(nth);
	begin_story(fixture, story, &writer);
	for (int i = 0; i < STEPS_MAX && step_with_loss(fixture, story, &is_lost); i++) {
		while (!TAILQ_EMPTY(&fixture->service.late))
			fake_request_forget(TAILQ_FIRST(&fixture->service.late));
		if (story->remounts && is_lost && !has_remounted &&
		    !fake_service_find(&fixture->service, FAKE_CREATE)) {
			fake_memory_pause();
			fixture_stop(fixture, false, NULL, NULL);
			fake_memory_resume(true);
			if (fixture_start(fixture) < 0) { /* the mount is refused */
				fake_memory_pause();
				fixture_end_mount(fixture);
				assert_int_equal(fixture_start(fixture), 0);
				fake_memory_resume(true);
			}
			has_remounted = true;
		}
	}
	has_failed = failure->end();
	check_end(fixture, story, &writer);
	fixture_close(fixture);
	return has_failed;
}

static void tell_stories(const struct failure *failure)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		uint64_t nth = 1;

		while (tell_story(&stories[i], failure, nth))
			assert_true(nth++ < FAILURES_MAX);
		print_message("%s: %d %s\n", stories[i].name, (int)nth - 1, failure->name);
		assert_true(nth > 5);
	}
}

static void each_allocation_can_fail(void **state)
{
	(void)state;
	tell_stories(&allocation);
}

static void each_statement_can_fail(void **state)
{
	(void)state;
	tell_stories(&statement);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_can_fail),
		cmocka_unit_test(each_statement_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
