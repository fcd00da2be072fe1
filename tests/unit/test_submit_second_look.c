/* SPDX-License-Identifier: MIT */
/* After a create the list is asked once more: did another machine make a job of the same name and
 * content at the same moment? The create succeeds with any answer to this second look. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_memory.h"
#include "fake_statements.h"
#include "submit_fixture.h"

#define PATH "a.yaml"
#define OTHER_PATH "d/a.yaml"

static struct writer writer;

/* Mounts with this rule of adoption, commits PATH, and returns when its create has left. */
static void begin_create(struct fixture *fixture, enum adoption_rule rule)
{
	fixture->options.adopt = rule;
	fixture_remount(fixture);
	writer = (struct writer){0};
	assert_int_equal(fixture_commit(fixture, PATH, "same", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_CREATE);
}

static void end_create(struct fixture *fixture)
{
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_false(writer.told); /* the list of the second look has no answer yet */
	fixture_request(fixture, FAKE_LIST);
}

/* Fails the test unless the writer has its success. Returns the warnings of the file ("": none),
 * which the caller frees. */
static char *take_warnings(struct fixture *fixture)
{
	_cleanup_job_record_ struct job_record job = {0};

	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, 0);
	fixture_assert_held(fixture, PATH, "same");
	job = fixture_job(fixture, PATH);
	return strdup(job.warnings ? job.warnings : "");
}

static void assert_no_warning(struct fixture *fixture)
{
	_cleanup_free_ char *warnings = take_warnings(fixture);

	assert_string_equal(warnings, "");
}

static void alone_it_warns_of_nothing(void **state)
{
	struct fixture *fixture = *state;

	begin_create(fixture, ADOPT_SAME);
	end_create(fixture);
	assert_no_warning(fixture);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
}

/* Under the rule that never adopts a job, there is no second look. */
static void who_takes_no_job_does_not_look_again(void **state)
{
	struct fixture *fixture = *state;

	begin_create(fixture, ADOPT_NEVER);
	fake_service_make(&fixture->service, "a", "same");
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_int_equal(writer.told, 1);
	fixture_no_request(fixture, FAKE_LIST);
	assert_no_warning(fixture);
}

static void two_of_the_same_content_are_both_named(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *one, *other, *third;
	_cleanup_free_ char *warnings = NULL;

	begin_create(fixture, ADOPT_SAME);
	one = fake_service_make(&fixture->service, "a", "same");
	third = fake_service_make(&fixture->service, "a", "another content");
	other = fake_service_make(&fixture->service, "a", "same");
	end_create(fixture);
	warnings = take_warnings(fixture);
	assert_non_null(strstr(warnings, one->id));
	assert_non_null(strstr(warnings, other->id));
	assert_null(strstr(warnings, third->id));
	assert_non_null(strstr(warnings, "name and content"));
}

static void by_name_the_content_is_not_looked_at(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *one, *other;
	_cleanup_free_ char *warnings = NULL;

	begin_create(fixture, ADOPT_NAME);
	one = fake_service_make(&fixture->service, "a", "theirs");
	other = fake_service_make(&fixture->service, "a", "same");
	end_create(fixture);
	warnings = take_warnings(fixture);
	assert_non_null(strstr(warnings, one->id));
	assert_non_null(strstr(warnings, other->id));
	assert_null(strstr(warnings, "and content"));
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
}

/* The service's list has every name that contains "a", in all projects. Jobs of another name or
 * project give no warning. */
static void a_job_of_another_name_or_project_is_no_twin(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job;

	begin_create(fixture, ADOPT_NAME);
	fake_service_make(&fixture->service, "ab", "same");
	fake_service_make(&fixture->service, " a", "same");
	job = fake_service_make(&fixture->service, "a", "same");
	free(job->project);
	job->project = fake_memory_copy("another", strlen("another"));
	end_create(fixture);
	assert_no_warning(fixture);
}

/* A job of the name existed before our create, and another client gives it the same text now. It is
 * no twin, because it was not made now: no warning. */
static void a_job_that_was_there_before_is_no_twin(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "another content");

	fixture->options.adopt = ADOPT_SAME;
	fixture_remount(fixture);
	writer = (struct writer){0};
	assert_int_equal(fixture_commit(fixture, PATH, "same", &writer), 0);
	while (!fake_service_find(&fixture->service, FAKE_CREATE))
		assert_true(fixture_step(fixture));
	fake_job_write(job, "same");
	end_create(fixture);
	assert_no_warning(fixture);
	assert_int_equal(fake_service_count(&fixture->service, false), 2);
}

static void without_a_project_in_the_list_the_name_decides(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_free_ char *warnings = NULL;
	struct fake_job *job;

	begin_create(fixture, ADOPT_NAME);
	job = fake_service_make(&fixture->service, "a", "theirs");
	end_create(fixture);
	fixture->service.flaw = FLAW_NO_PROJECT;
	warnings = take_warnings(fixture);
	assert_non_null(strstr(warnings, job->id));
}

/* Another file of this space has made, or may have made (its answer is lost), a job of the same
 * name meanwhile. That job is known here: no warning. */
static void a_job_of_this_space_is_no_twin(void **state)
{
	(void)state;
	for (int is_lost = 0; is_lost < 2; is_lost++) {
		struct fixture *fixture = fixture_open(false);
		struct writer second = {0};
		struct fake_request *request;

		begin_create(fixture, ADOPT_SAME);
		/* the other file makes a job of its own */
		fixture->engine->options.adopt = ADOPT_NEVER;
		assert_int_equal(fixture_commit(fixture, OTHER_PATH, "same", &second), 0);
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
		fixture->engine->options.adopt = ADOPT_SAME;
		TAILQ_FOREACH (request, &fixture->service.open, link)
			if (request->kind == FAKE_CREATE &&
			    !strcmp(((struct submission *)request->data)->path, OTHER_PATH))
				break;
		assert_non_null(request);
		fake_request_perform(request);
		fake_request_answer(request, is_lost ? FAKE_LOST : FAKE_TRUTH);
		fixture_settle(fixture);
		fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
		assert_no_warning(fixture);
		fixture_assert_held(fixture, OTHER_PATH, "same");
		assert_int_equal(fake_service_count(&fixture->service, true), 2);
		fixture_close(fixture);
	}
}

/* The list of the second look fails: the writer gets its success with the answer to that list, and
 * no warning. */
static void a_list_that_cannot_be_had_delays_nobody(void **state)
{
	static const enum fake_answer answers[] = {FAKE_LOST, FAKE_BROKEN, FAKE_REFUSED,
						   FAKE_DENIED};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct fixture *fixture = fixture_open(false);

		begin_create(fixture, ADOPT_SAME);
		fake_service_make(&fixture->service, "a", "same");
		end_create(fixture);
		fixture_answer(fixture, FAKE_LIST, answers[i]);
		assert_int_equal(writer.told, 1);
		assert_no_warning(fixture);
		fixture_close(fixture);
	}
}

/* A job whose text cannot be seen is not reported as the same. */
static void a_text_that_cannot_be_shown_is_no_twin(void **state)
{
	static const enum fake_answer answers[] = {FAKE_LOST, FAKE_REFUSED, FAKE_GONE};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct fixture *fixture = fixture_open(false);

		begin_create(fixture, ADOPT_SAME);
		fake_service_make(&fixture->service, "a", "same");
		end_create(fixture);
		while (!fake_service_find(&fixture->service, FAKE_SHOW))
			fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
		fixture_answer(fixture, FAKE_SHOW, answers[i]);
		assert_int_equal(writer.told, 1);
		assert_no_warning(fixture);
		fixture_close(fixture);
	}
}

/* The list of the second look arrives, but no time or no descriptor is left to ask for the text of
 * the other job. The writer gets a success, without a warning. */
static void a_text_that_cannot_be_asked_for_is_no_twin(void **state)
{
	(void)state;
	for (int is_late = 0; is_late < 2; is_late++) {
		struct fixture *fixture = fixture_open(false);
		struct fake_request *request;

		begin_create(fixture, ADOPT_SAME);
		fake_service_make(&fixture->service, "a", "same");
		end_create(fixture);
		while ((request = fake_service_find(&fixture->service, FAKE_LIST))) {
			fake_request_answer(request, FAKE_TRUTH);
			if (is_late)
				fixture->now_ms += FIXTURE_TIMEOUT_MS;
			else
				fixture->service.fail_next = EMFILE;
			fixture_settle(fixture);
		}
		assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
		assert_int_equal(writer.told, 1);
		fixture->service.fail_next = 0;
		assert_no_warning(fixture);
		fixture_close(fixture);
	}
}

/* The answer of the create arrives when the time of the commit is over: there is no second look. */
static void after_its_time_a_create_does_not_look_again(void **state)
{
	struct fixture *fixture = *state;

	begin_create(fixture, ADOPT_SAME);
	fake_service_make(&fixture->service, "a", "same");
	fake_request_answer(fixture_request(fixture, FAKE_CREATE), FAKE_TRUTH);
	fixture->now_ms += FIXTURE_TIMEOUT_MS;
	fixture_settle(fixture);
	assert_int_equal(writer.told, 1);
	fixture_no_request(fixture, FAKE_LIST);
	assert_no_warning(fixture);
}

/* After the answer of the create, the nth statement (or the nth allocation: of_memory) fails, and
 * no other. The file has the job, and the job is made once. *ret_has_failed: was there an nth one?
 */
static void look_with_failure(uint64_t nth, bool of_memory, bool *ret_has_failed)
{
	struct fixture *fixture = fixture_open(false);
	struct fake_request *request;
	bool was_held;

	begin_create(fixture, ADOPT_SAME);
	fake_service_make(&fixture->service, "a", "same");
	end_create(fixture);
	if (of_memory)
		fake_memory_short(nth);
	else
		fake_statements_fail(nth);
	for (int i = 0; i < 100 && !writer.told; i++) {
		for (int kind = FAKE_SHOW; kind <= FAKE_LIST; kind++) {
			request = fake_service_find(&fixture->service, (enum fake_kind)kind);
			if (request)
				fake_request_answer(request, FAKE_TRUTH);
		}
		fixture_settle(fixture);
	}
	if (of_memory)
		fake_memory_enough();
	*ret_has_failed = of_memory ? fake_memory_has_failed() : fake_statements_work();
	was_held = writer.told && writer.result == 0;
	assert_true(was_held);
	if (*ret_has_failed) {
		fixture_assert_held(fixture, PATH, "same");
	} else {
		_cleanup_free_ char *warnings = take_warnings(fixture);

		assert_non_null(strstr(warnings, "at the same moment"));
	}
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
	fixture_close(fixture);
}

/* The second look cannot be started: each allocation after the answer of the create fails once. */
static void a_look_that_cannot_begin_delays_nobody(void **state)
{
	bool has_failed = true;

	(void)state;
	for (uint64_t nth = 1; has_failed; nth++) {
		struct fixture *fixture = fixture_open(false);

		begin_create(fixture, ADOPT_SAME);
		fake_request_answer(fixture_request(fixture, FAKE_CREATE), FAKE_TRUTH);
		fake_memory_short(nth);
		for (int i = 0; i < 100 && !writer.told; i++)
			fixture_step(fixture);
		fake_memory_enough();
		has_failed = fake_memory_has_failed();
		assert_int_equal(writer.told, 1);
		assert_true(fixture_quiesce(fixture));
		fixture_assert_held(fixture, PATH, "same");
		assert_int_equal(fake_service_count(&fixture->service, true), 1);
		assert_true(nth > 1 || has_failed);
		fixture_close(fixture);
	}
}

static void what_fails_in_the_look_is_no_failure_of_the_create(void **state)
{
	(void)state;
	for (int of_memory = 0; of_memory < 2; of_memory++) {
		bool has_failed = true;

		for (uint64_t nth = 1; has_failed; nth++) {
			look_with_failure(nth, of_memory, &has_failed);
			assert_true(nth > 1 || has_failed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(alone_it_warns_of_nothing),
		sync_test(who_takes_no_job_does_not_look_again),
		sync_test(two_of_the_same_content_are_both_named),
		sync_test(by_name_the_content_is_not_looked_at),
		sync_test(a_job_of_another_name_or_project_is_no_twin),
		sync_test(a_job_that_was_there_before_is_no_twin),
		sync_test(without_a_project_in_the_list_the_name_decides),
		cmocka_unit_test(a_job_of_this_space_is_no_twin),
		cmocka_unit_test(a_list_that_cannot_be_had_delays_nobody),
		cmocka_unit_test(a_text_that_cannot_be_shown_is_no_twin),
		cmocka_unit_test(a_text_that_cannot_be_asked_for_is_no_twin),
		sync_test(after_its_time_a_create_does_not_look_again),
		cmocka_unit_test(a_look_that_cannot_begin_delays_nobody),
		cmocka_unit_test(what_fails_in_the_look_is_no_failure_of_the_create),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
