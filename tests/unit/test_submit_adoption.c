/* SPDX-License-Identifier: MIT */
/*
 * A create takes a job that the service has already. It is bound before anything is sent or told,
 * and nothing is taken that another create of this space may have made. "theirs" is what somebody
 * else has written.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "submit_fixture.h"

/* The engine follows another rule from now on. */
static void set_rule(struct fixture *fixture, enum adoption_rule rule)
{
	fixture->options.adopt = rule;
	fixture->options.max_risk = RISK_HIGH;
	fixture_remount(fixture);
}

/* Commits, and lets everything come to its end. Returns what the writer was told. */
static int commit_text(struct fixture *fixture, const char *path, const char *content)
{
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, path, content, &writer), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.told, 1);
	return writer.result;
}

static void assert_has_job(struct fixture *fixture, const char *path, const char *id)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, path);

	assert_string_equal(job.job_id, id);
	assert_false(job.on_purpose);
}

static void the_same_text_sends_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *theirs = fake_service_make(&fixture->service, "a", "same");

	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(commit_text(fixture, "a.yaml", "same"), 0);
	assert_has_job(fixture, "a.yaml", theirs->id);
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTED);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 1);
}

static void another_text_is_another_job(void **state)
{
	struct fixture *fixture = *state;

	fake_service_make(&fixture->service, "a", "theirs");
	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(commit_text(fixture, "a.yaml", "mine"), 0);
	assert_int_equal(fake_service_count(&fixture->service, false), 2);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 1);
}

static void by_name_it_is_updated(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *theirs = fake_service_make(&fixture->service, "a", "theirs");

	theirs->named = 1; /* the rule says so */
	set_rule(fixture, ADOPT_NAME);
	assert_int_equal(commit_text(fixture, "a.yaml", "mine"), 0);
	assert_has_job(fixture, "a.yaml", theirs->id);
	assert_string_equal(theirs->content[2], "mine");
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
	/* a second path of the name */
	assert_int_equal(commit_text(fixture, "d/a.yaml", "other"), -EEXIST);
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
}

static void two_of_them_are_no_choice(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *one = fake_service_make(&fixture->service, "a", "same");
	struct fake_job *other = fake_service_make(&fixture->service, "a", "same");

	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(commit_text(fixture, "a.yaml", "same"), -EEXIST);
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

		assert_non_null(strstr(job.error, one->id));
		assert_non_null(strstr(job.error, other->id));
	}
	other->gone = true;
	assert_int_equal(commit_text(fixture, "a.yaml", "same"), 0);
	assert_has_job(fixture, "a.yaml", one->id);
}

/* The power goes when the writer was told: the file has the job, and none is made. */
static void what_was_told_outlives_the_power(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *theirs = fake_service_make(&fixture->service, "a", "same");
	struct writer writer = {0};

	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "same", &writer), 0);
	while (!writer.told)
		assert_true(fixture_step(fixture));
	assert_int_equal(writer.result, 0);
	fixture_crash(fixture, true, NULL, NULL);
	assert_has_job(fixture, "a.yaml", theirs->id);
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTED);
}

/* The update is on the wire: after a loss of power the file has the job, and the update is asked
 * for. */
static void what_was_sent_outlives_the_power(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *theirs = fake_service_make(&fixture->service, "a", "theirs");
	struct writer writer = {0};

	theirs->named = 1;
	set_rule(fixture, ADOPT_NAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "mine", &writer), 0);
	while (!fake_service_find(&fixture->service, FAKE_UPDATE))
		assert_true(fixture_step(fixture));
	fixture_crash(fixture, true, NULL, NULL);
	assert_has_job(fixture, "a.yaml", theirs->id);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(commit_text(fixture, "a.yaml", "mine"), 0);
	assert_string_equal(theirs->content[theirs->version], "mine");
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
}

/* The answer of a create is lost. A copy of the file does not take its job. */
static void the_job_of_a_create_in_doubt_is_not_taken(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0};
	const struct fake_job *made;

	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "same", &first), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_perform(fixture_request(fixture, FAKE_CREATE));
	fixture_answer(fixture, FAKE_CREATE, FAKE_LOST);
	made = LIST_FIRST(&fixture->service.jobs);
	assert_int_equal(fixture_commit(fixture, "d/a.yaml", "same", &second), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(second.result, 0);
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml"),
						       copy = fixture_job(fixture, "d/a.yaml");

		assert_string_equal(job.job_id, made->id);
		assert_true(job.on_purpose);
		assert_string_not_equal(copy.job_id, made->id);
	}
	assert_int_equal(fake_service_count(&fixture->service, false), 2);
}

/* Another machine makes the job after the list and before the create. */
static void a_job_of_the_same_moment_is_warned_of(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	const struct fake_job *theirs;

	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "same", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_CREATE);
	theirs = fake_service_make(&fixture->service, "a", "same");
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_false(writer.told); /* the list is asked first */
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

		assert_non_null(strstr(job.warnings, theirs->id));
		assert_non_null(strstr(job.warnings, job.job_id));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(the_same_text_sends_nothing),
		sync_test(another_text_is_another_job),
		sync_test(by_name_it_is_updated),
		sync_test(two_of_them_are_no_choice),
		sync_test(what_was_told_outlives_the_power),
		sync_test(what_was_sent_outlives_the_power),
		sync_test(the_job_of_a_create_in_doubt_is_not_taken),
		sync_test(a_job_of_the_same_moment_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
