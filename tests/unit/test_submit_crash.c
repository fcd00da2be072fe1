/* SPDX-License-Identifier: MIT */
/*
 * A crash between any two steps of a submission. Each story runs again and again, and ends one step
 * later each time. Then the next mount settles what is open, and the writers without a success
 * write again. At the end everything is counted: promises 1 to 4 of the design hold at each step.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "submit_fixture.h"

#define WRITERS_MAX 4
#define STEPS_MAX 2000 /* more steps than any story has */

/* The commits and deletions of a story, made at the same time, on top of what was there before. */
struct story {
	const char *name;
	bool queue;
	struct {
		const char *path, *before, *content; /* before NULL: there was no job */
		bool removed; /* deletes the job of path, instead of a commit */
	} act[WRITERS_MAX];
	/* number of jobs with the first act's name and content that another client made before */
	int foreign;
};

static const struct story stories[] = {
	{"a create", false, {{"a.yaml", NULL, "one", false}}, 0},
	{"an update", false, {{"a.yaml", "zero", "one", false}}, 0},
	{"a deletion", false, {{"a.yaml", "zero", NULL, true}}, 0},
	{"two creates at once",
	 false,
	 {{"a.yaml", NULL, "one", false}, {"b.yaml", NULL, "two", false}},
	 0},
	{"twins", false, {{"d/a.yaml", NULL, "one", false}, {"e/a.yaml", NULL, "one", false}}, 0},
	{"a create beside a foreign twin", false, {{"a.yaml", NULL, "one", false}}, 1},
	{"a create and an update",
	 false,
	 {{"a.yaml", NULL, "one", false}, {"b.yaml", "zero", "two", false}},
	 0},
	{"a queued create", true, {{"a.yaml", NULL, "one", false}}, 0},
	{"a queued update", true, {{"a.yaml", "zero", "one", false}}, 0},
	{"queued at once",
	 true,
	 {{"a.yaml", NULL, "one", false},
	  {"b.yaml", "zero", "two", false},
	  {"d/c.yaml", NULL, "three", false},
	  {"e/c.yaml", NULL, "three", false}},
	 0},
};

/* When the service performs a request that had left before the process died: never, right after the
 * next mount has begun, or after that mount has asked. */
enum late { LATE_NEVER, LATE_AT_ONCE, LATE_AFTER_ASKING, LATE_KINDS };
/* The process dies; the power fails; the power fails, and half of the unsynced blocks survive. */
enum crash { CRASH_PROCESS, CRASH_POWER, CRASH_POWER_PARTLY, CRASH_KINDS };

static bool every_other(void *data)
{
	return (++*(unsigned *)data * 2654435761u) >> 31;
}

static void perform_late(struct fixture *fixture)
{
	struct fake_request *request;

	while ((request = TAILQ_FIRST(&fixture->service.late))) {
		fake_request_perform(request);
		fake_request_forget(request);
	}
}

static void forget_late(struct fixture *fixture)
{
	while (!TAILQ_EMPTY(&fixture->service.late))
		fake_request_forget(TAILQ_FIRST(&fixture->service.late));
}

/* Returns how often the service has a content as the newest version, in jobs that requests have
 * made. */
static int count_held(struct fixture *fixture, const char *content)
{
	struct fake_job *job;
	int n = 0;

	LIST_FOREACH (job, &fixture->service.jobs, link)
		n += job->made_by && !job->gone && !strcmp(job->content[job->version], content);
	return n;
}

static int count_expected(const struct story *story, const char *content)
{
	int n = 0;

	for (int i = 0; i < WRITERS_MAX; i++)
		n += story->act[i].content && !strcmp(story->act[i].content, content);
	return n;
}

static int begin_act(struct fixture *fixture, const struct story *story, int i,
		     struct writer *writer)
{
	const char *path = story->act[i].path;

	return story->act[i].removed ? fixture_delete(fixture, path, writer)
				     : fixture_commit(fixture, path, story->act[i].content, writer);
}

/* Has the path no job any more in the ledger? After a deletion whose answer is lost, yes and no are
 * both right. */
static bool is_removed(struct fixture *fixture, const char *path)
{
	struct job_record job = {0};
	bool removed = ledger_find(fixture->ledger, path, &job) < 0 || !job.job_id;

	job_record_finish(&job);
	return removed;
}

/* Checks the promises when the next mount has come to rest: a commit with a success has its job,
 * and no commit has more than one job. Deletions are left out. */
static void check_promises(struct fixture *fixture, const struct story *story,
			   const struct writer writers[WRITERS_MAX])
{
	for (int i = 0; i < WRITERS_MAX && story->act[i].path; i++) {
		const char *path = story->act[i].path, *content = story->act[i].content;
		bool well = writers[i].told && writers[i].result == 0;

		/* a deletion that was done is not made durable: removing the file again is safe */
		if (story->act[i].removed)
			continue;
		assert_true(count_held(fixture, content) <= count_expected(story, content));
		if (well)
			fixture_assert_held(fixture, path, content);
	}
	assert_true(fake_service_count(&fixture->service, true) <= WRITERS_MAX);
}

/* Comes to rest. Where nothing can tell which jobs are whose, a person decides: the foreign jobs
 * are removed. */
static void come_to_rest(struct fixture *fixture)
{
	struct fake_job *job;

	if (fixture_quiesce(fixture))
		return;
	LIST_FOREACH (job, &fixture->service.jobs, link) {
		if (!job->made_by)
			job->gone = true;
	}
	assert_true(fixture_quiesce(fixture));
}

/* Fails the test unless each path of the story has one job with its content, apart from paths whose
 * job is deleted. No request may have made another job that exists. */
static void check_all(struct fixture *fixture, const struct story *story)
{
	int n_jobs = 0;

	for (int i = 0; i < WRITERS_MAX && story->act[i].path; i++) {
		const char *content = story->act[i].content;

		if (story->act[i].removed)
			continue;
		n_jobs++;
		fixture_assert_held(fixture, story->act[i].path, content);
		assert_int_equal(count_held(fixture, content), count_expected(story, content));
	}
	assert_int_equal(fake_service_count(&fixture->service, true), n_jobs);
}

/* Lets each writer without a success write again, once or twice, and checks that then each path has
 * its job exactly once. at_once: does not wait for the end of the old submissions before, unless
 * the story is a deletion. */
static void write_again(struct fixture *fixture, const struct story *story,
			struct writer writers[WRITERS_MAX], bool at_once)
{
	struct writer again[WRITERS_MAX] = {{0}}, last[WRITERS_MAX] = {{0}};

	if (!at_once || story->act[0].removed) {
		come_to_rest(fixture);
		check_promises(fixture, story, writers);
	}
	for (int i = 0; i < WRITERS_MAX && story->act[i].path; i++) {
		bool well = writers[i].told && writers[i].result == 0;

		if (story->act[i].removed ? !is_removed(fixture, story->act[i].path) : !well)
			begin_act(fixture, story, i, &again[i]);
	}
	come_to_rest(fixture);
	/* the writer of a submission in doubt may learn that its request was not done */
	for (int i = 0; i < WRITERS_MAX && story->act[i].path; i++)
		if (again[i].told && again[i].result < 0)
			assert_int_equal(begin_act(fixture, story, i, &last[i]), 0);
	come_to_rest(fixture);
	check_all(fixture, story);
}

/* Runs a story up to a step, then crashes. Returns whether the story ended before that step. */
static bool tell_story(const struct story *story, int steps, enum crash crash, enum late late,
		       bool at_once)
{
	struct fixture *fixture = fixture_open(story->queue);
	struct writer writers[WRITERS_MAX] = {{0}};
	unsigned chance = (unsigned)steps;
	bool ended = false;

	for (int i = 0; i < story->foreign; i++)
		fake_service_make(&fixture->service, "a", "one");
	for (int i = 0; i < WRITERS_MAX && story->act[i].path; i++)
		if (story->act[i].before)
			fixture_make(fixture, story->act[i].path, story->act[i].before);
	for (int i = 0; i < WRITERS_MAX && story->act[i].path; i++)
		assert_int_equal(begin_act(fixture, story, i, &writers[i]), 0);
	for (int step = 0; step < steps && !ended; step++)
		ended = !fixture_step(fixture);
	fixture_crash(fixture, crash != CRASH_PROCESS,
		      crash == CRASH_POWER_PARTLY ? every_other : NULL, &chance);
	if (late == LATE_NEVER)
		forget_late(fixture);
	if (late == LATE_AFTER_ASKING)
		for (int i = 0; i < 6; i++) /* asks before the service has done the request */
			fixture_step(fixture);
	perform_late(fixture);
	write_again(fixture, story, writers, at_once);
	fixture_close(fixture);
	return ended;
}

static void tell_at_each_step(const struct story *story, bool at_once)
{
	for (int crash = 0; crash < CRASH_KINDS; crash++) {
		for (int late = 0; late < LATE_KINDS; late++) {
			int steps = 0;

			while (!tell_story(story, steps, (enum crash)crash, (enum late)late,
					   at_once))
				assert_true(++steps < STEPS_MAX);
			assert_true(steps > 5); /* the story did have steps */
		}
	}
}

static void a_crash_at_any_step_neither_loses_nor_doubles(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		print_message("%s\n", stories[i].name);
		tell_at_each_step(&stories[i], false);
	}
}

static void writing_again_while_it_is_in_doubt_makes_no_second_job(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		print_message("%s\n", stories[i].name);
		tell_at_each_step(&stories[i], true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_at_any_step_neither_loses_nor_doubles),
		cmocka_unit_test(writing_again_while_it_is_in_doubt_makes_no_second_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
