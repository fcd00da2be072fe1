/* SPDX-License-Identifier: MIT */
/* Tests of lost answers, by kind: the request was done, not done, or not yet done; twins, other
 * machines, and lists that prove nothing. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bounds/api.h"
#include "submit/undecided.h"
#include "submit_fixture.h"

enum done { DONE_NOT, DONE_BEFORE, DONE_LATE };

/* Commits a content, lets its create or update leave, and answers this request so that its outcome
 * is unknown. done: whether the service has performed it. The path is in doubt then. */
static void lose(struct fixture *fixture, const char *path, const char *content, enum done done,
		 enum fake_answer answer)
{
	struct writer *writer = calloc(1, sizeof(*writer)); /* does not wait for its result */
	struct fake_request *change = NULL;

	assert_non_null(writer);
	assert_int_equal(fixture_commit(fixture, path, content, writer), 0);
	submit_waiter_drop(writer->waiter);
	free(writer);
	for (int i = 0; i < 20 && !change; i++) {
		struct fake_request *question;

		fixture_settle(fixture);
		change = fake_service_find(&fixture->service, FAKE_CREATE);
		if (!change)
			change = fake_service_find(&fixture->service, FAKE_UPDATE);
		question = change ? NULL : fake_service_find(&fixture->service, FAKE_LIST);
		if (!change && !question)
			question = fake_service_find(&fixture->service, FAKE_SHOW);
		if (question)
			fake_request_answer(question, FAKE_TRUTH);
	}
	assert_non_null(change);
	if (done == DONE_BEFORE)
		fake_request_perform(change);
	fake_request_answer(change, answer);
	fixture_settle(fixture);
	fixture_assert_state(fixture, path, JOB_IN_DOUBT);
}

static void end_late(struct fixture *fixture, bool perform)
{
	struct fake_request *request;

	while ((request = TAILQ_FIRST(&fixture->service.late))) {
		if (perform)
			fake_request_perform(request);
		fake_request_forget(request);
	}
}

/* Each kind of lost answer, to a create and to an update, with submit=sync and submit=queue. The
 * service has done the change, does it later, or never does it. The file is in doubt, and in the
 * end the change counts as done exactly if the service has done it, or is sent again from the
 * queue. */
static void losses_by_table(void **state)
{
	static const enum fake_answer answers[] = {FAKE_LOST, FAKE_BROKEN, FAKE_NONSENSE};

	(void)state;
	for (int i = 0; i < 2 * 2 * 3 * 3; i++) {
		bool queue = i & 1, update = i & 2;
		enum done done = (enum done)(i / 4 % 3);
		struct fixture *fixture = fixture_open(queue);

		if (update)
			fixture_make(fixture, "a.yaml", "zero");
		lose(fixture, "a.yaml", "one", done, answers[i / 12]);
		if (done == DONE_LATE) { /* after a question that finds nothing yet */
			fixture_pass(fixture, 1000);
			fixture_answer(fixture, update ? FAKE_SHOW : FAKE_LIST, FAKE_TRUTH);
			fixture_assert_state(fixture, "a.yaml", JOB_IN_DOUBT);
		}
		end_late(fixture, done == DONE_LATE);
		assert_true(fixture_quiesce(fixture));
		if (done == DONE_NOT && !queue)
			fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		else
			fixture_assert_held(fixture, "a.yaml", "one");
		assert_int_equal(fake_service_count(&fixture->service, true),
				 done == DONE_NOT && !queue && !update ? 0 : 1);
		fixture_close(fixture);
	}
}

/* Twins: two files of this mount have the same name and content, and the answers of both creates
 * are lost. Each job on the service goes to exactly one of the files, even if the create of the
 * other file has made it. */
static void twins_by_table(void **state)
{
	(void)state;
	for (int done = 0; done < 4; done++) {
		struct fixture *fixture = fixture_open(false);
		int n = (done & 1) + (done >> 1);

		lose(fixture, "d/a.yaml", "one", done & 1 ? DONE_BEFORE : DONE_NOT, FAKE_LOST);
		lose(fixture, "e/a.yaml", "one", done & 2 ? DONE_BEFORE : DONE_NOT, FAKE_LOST);
		end_late(fixture, false);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(fake_service_count(&fixture->service, true), n);
		fixture_make(fixture, "d/a.yaml", "one");
		fixture_make(fixture, "e/a.yaml", "one");
		assert_int_equal(fake_service_count(&fixture->service, true), 2);
		fixture_close(fixture);
	}
}

/* Another machine makes jobs of the same name and content. Nothing can tell whose a job is; a
 * person can. */
static void what_cannot_be_told_stays_open(void **state)
{
	(void)state;
	for (int way = 0; way < 4; way++) {
		struct fixture *fixture = fixture_open(false);
		struct fake_job *foreign;
		struct job_record job;

		if (way < 2) /* a job of the same name and content was there before */
			fake_service_make(&fixture->service, "a", "one");
		lose(fixture, "a.yaml", "one", DONE_BEFORE, FAKE_LOST);
		if (way >= 2) /* others have made such jobs meanwhile */
			for (int i = 0; i < 12; i++)
				fake_service_make(&fixture->service, "a", "one");
		job = fixture_job(fixture, "a.yaml");
		assert_int_equal(engine_end_doubt(fixture->engine, job.row), -EBUSY); /* too soon */
		assert_false(fixture_quiesce(fixture));
		job_record_finish(&job);
		job = fixture_job(fixture, "a.yaml");
		assert_int_equal(job.state, JOB_IN_DOUBT);
		assert_non_null(strstr(job.error, "nobody can tell"));
		assert_non_null(strstr(job.error, "jobs: DM"));
		if (way & 1) {
			assert_int_equal(engine_end_doubt(fixture->engine, job.row), 0);
			assert_true(fixture_quiesce(fixture));
			fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		} else {
			LIST_FOREACH (foreign, &fixture->service.jobs, link)
				foreign->gone |= !foreign->made_by;
			assert_true(fixture_quiesce(fixture));
			fixture_assert_held(fixture, "a.yaml", "one");
		}
		assert_int_equal(engine_end_doubt(fixture->engine, job.row), -ENODATA);
		job_record_finish(&job);
		fixture_close(fixture);
	}
}

/* From a list that proves nothing, nothing is concluded: the file stays in doubt until a list is
 * complete. */
static void a_flawed_list_proves_nothing(void **state)
{
	static const enum fake_flaw flaws[] = {FLAW_NO_TOTAL, FLAW_UNUSABLE_ROW, FLAW_MOVES};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct fixture *fixture = fixture_open(false);
		struct job_record job;

		for (int n = 0; n < 5; n++)
			fake_service_make(&fixture->service, "ba", "other");
		lose(fixture, "a.yaml", "one", DONE_NOT, FAKE_LOST);
		end_late(fixture, false);
		fixture->service.flaw = flaws[i];
		fixture->service.page_rows = 2;
		assert_false(fixture_quiesce(fixture));
		job = fixture_job(fixture, "a.yaml");
		assert_int_equal(job.state, JOB_IN_DOUBT);
		job_record_finish(&job);
		fixture->service.flaw = FLAW_NONE;
		assert_true(fixture_quiesce(fixture));
		fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		fixture_close(fixture);
	}
}

/* The jobs before the create are not completely known. A job that may be the create's keeps the
 * submission in doubt. */
static void a_partial_question_keeps_it_open(void **state)
{
	struct fixture *fixture = fixture_open(false);
	struct job_record job;

	(void)state;
	fixture->service.flaw = FLAW_UNUSABLE_ROW;
	lose(fixture, "a.yaml", "one", DONE_BEFORE, FAKE_LOST);
	fixture->service.flaw = FLAW_NONE;
	assert_false(fixture_quiesce(fixture));
	job = fixture_job(fixture, "a.yaml");
	assert_non_null(strstr(job.error, "it is not known which jobs"));
	assert_int_equal(engine_end_doubt(fixture->engine, job.row), 0);
	job_record_finish(&job);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
	fixture_close(fixture);
}

/* Makes 400 jobs of the name, each in a project whose name has project_size bytes, and then loses
 * the answer of a create. */
static void lose_among(struct fixture *fixture, int project_size)
{
	for (int i = 0; i < 400; i++) {
		struct fake_job *job = fake_service_make(&fixture->service, "a", "another");

		free(job->project);
		assert_true(asprintf(&job->project, "%0*d", project_size, 1) > 0);
	}
	lose(fixture, "a.yaml", "one", DONE_BEFORE, FAKE_LOST);
}

/* The list before a create is kept up to a bound, because the service chooses how long its texts
 * are. A job beyond the bound may have been there before, so the create stays in doubt. */
static void texts_without_end_make_a_question_partial(void **state)
{
	struct fixture *fixture = fixture_open(false);
	struct job_record job;

	(void)state;
	lose_among(fixture, 20);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	fixture_close(fixture);

	fixture = fixture_open(false);
	lose_among(fixture, COC_FIELD_PROJECT_MAX);
	assert_false(fixture_quiesce(fixture));
	job = fixture_job(fixture, "a.yaml");
	assert_int_equal(job.state, JOB_IN_DOUBT);
	job_record_finish(&job);
	fixture_close(fixture);
}

/* The questions after a lost create (a list, and then a ShowDocument) get each kind of failed
 * answer. Each is asked again later, and the file ends with the one job of its create. */
static void asking_can_fail(void **state)
{
	struct fixture *fixture = fixture_open(false);

	(void)state;
	lose(fixture, "a.yaml", "one", DONE_BEFORE, FAKE_LOST);
	for (int answer = FAKE_LOST; answer < FAKE_GONE; answer++) {
		while (!fake_service_find(&fixture->service, FAKE_LIST))
			fixture_pass(fixture, 3600000);
		fixture_answer(fixture, FAKE_LIST, (enum fake_answer)answer);
	}
	for (int answer = FAKE_LOST; answer <= FAKE_REFUSED; answer++) {
		while (!fake_service_find(&fixture->service, FAKE_LIST))
			fixture_pass(fixture, 3600000);
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
		fixture_answer(fixture, FAKE_SHOW, (enum fake_answer)answer);
	}
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
	fixture_close(fixture);
}

/* Another user has updated the job since. cocfs compares the first version of the job with the
 * create. */
static void a_job_is_compared_as_it_was_made(void **state)
{
	struct fixture *fixture = fixture_open(false);
	struct job_record job;

	(void)state;
	lose(fixture, "a.yaml", "one", DONE_BEFORE, FAKE_LOST);
	fake_job_write(LIST_FIRST(&fixture->service.jobs), "changed elsewhere");
	assert_true(fixture_quiesce(fixture));
	job = fixture_job(fixture, "a.yaml");
	assert_string_equal(job.job_id, LIST_FIRST(&fixture->service.jobs)->id);
	job_record_finish(&job);
	fixture_close(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(losses_by_table),
		cmocka_unit_test(twins_by_table),
		cmocka_unit_test(what_cannot_be_told_stays_open),
		cmocka_unit_test(a_flawed_list_proves_nothing),
		cmocka_unit_test(a_partial_question_keeps_it_open),
		cmocka_unit_test(texts_without_end_make_a_question_partial),
		cmocka_unit_test(asking_can_fail),
		cmocka_unit_test(a_job_is_compared_as_it_was_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
