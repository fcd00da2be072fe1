/* SPDX-License-Identifier: MIT */
/* Tests: a file takes over the job of a name whose own file was removed (removed_name.c). */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "submit/imports.h"
#include "submit/job_naming.h"
#include "submit_fixture.h"

#define OLD "d/a.yaml"
#define NEW "e/a.yaml"

/* The fake space's answer for each path: 1: there is a file; 0: there is none; -errno. */
static int there;

static int has_job_file(void *data, const char *path)
{
	(void)data;
	(void)path;
	return there;
}

/* Mounts again with this rule of adoption. From then on the spool says that the file of OLD was
 * removed. */
static void mount_with(struct fixture *fixture, enum adoption_rule rule)
{
	fixture->options.adopt = rule;
	fixture_remount(fixture);
	there = 0;
	assert_int_equal(imports_begin(fixture->engine,
				       &(struct import_files){.has_job_file = has_job_file}),
			 0);
}

/* Makes a mount in which OLD has a job with the text "one", and no file. */
static struct fixture *open_moved(enum adoption_rule rule)
{
	struct fixture *fixture = fixture_open(false);

	fixture_make(fixture, OLD, "one");
	mount_with(fixture, rule);
	return fixture;
}

static int commit_as(struct fixture *fixture, const char *content, uid_t user)
{
	const struct commit_spec spec = {.path = NEW, .content = content, .user = user};
	struct writer writer = {0};

	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.told, 1);
	return writer.result;
}

static int commit_text(struct fixture *fixture, const char *content)
{
	return commit_as(fixture, content, 0);
}

/* Fails the test unless the path has the only job of the service. */
static void assert_has_the_job(struct fixture *fixture, const char *path)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, path);

	assert_int_equal(fake_service_count(&fixture->service, false), 1);
	assert_string_equal(job.job_id, LIST_FIRST(&fixture->service.jobs)->id);
	assert_true(job.on_purpose); /* unchanged: the job was made here */
}

static void assert_story(struct fixture *fixture, const char *words)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, NEW);

	assert_non_null(job.error);
	assert_non_null(strstr(job.error, words));
}

static void by_name_a_file_elsewhere_takes_the_job(void **state)
{
	(void)state;
	for (int is_other = 0; is_other < 2; is_other++) {
		struct fixture *fixture = open_moved(ADOPT_NAME);

		assert_int_equal(commit_text(fixture, is_other ? "two" : "one"), 0);
		assert_has_the_job(fixture, NEW);
		{
			_cleanup_job_record_ struct job_record old = fixture_job(fixture, OLD);

			assert_null(old.job_id);
		}
		fixture_close(fixture);
	}
}

static void with_same_a_file_elsewhere_is_a_copy(void **state)
{
	struct fixture *fixture = open_moved(ADOPT_SAME);

	(void)state;
	assert_int_equal(commit_text(fixture, "one"), 0);
	assert_int_equal(fake_service_count(&fixture->service, false), 2);
	fixture_close(fixture);
}

/* OLD has adopted a job that others made, and its file was removed. With adopt=same, NEW gets that
 * job if the text is the same; otherwise a new job is made. */
static void with_same_the_text_of_a_job_of_others_takes_it(void **state)
{
	(void)state;
	for (int is_other = 0; is_other < 2; is_other++) {
		struct fixture *fixture = fixture_open(false);
		struct fake_job *theirs = fake_service_make(&fixture->service, "a", "one");
		struct writer writer = {0};

		mount_with(fixture, ADOPT_SAME);
		assert_int_equal(fixture_commit(fixture, OLD, "one", &writer), 0);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(commit_text(fixture, is_other ? "two" : "one"), 0);
		{
			_cleanup_job_record_ struct job_record job = fixture_job(fixture, NEW);

			assert_int_equal(strcmp(job.job_id, theirs->id) == 0, !is_other);
		}
		assert_int_equal(fixture->service.counts[FAKE_CREATE], is_other);
		fixture_close(fixture);
	}
}

/* The base moves with the job: a version of another client is a conflict. */
static void a_version_that_was_not_read_is_in_the_way(void **state)
{
	struct fixture *fixture = open_moved(ADOPT_NAME);

	(void)state;
	fake_job_write(LIST_FIRST(&fixture->service.jobs), "theirs");
	assert_int_equal(commit_text(fixture, "two"), -ESTALE);
	assert_has_the_job(fixture, NEW);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
	fixture_close(fixture);
}

static void a_file_that_is_there_keeps_its_job(void **state)
{
	struct fixture *fixture = open_moved(ADOPT_NAME);

	(void)state;
	there = 1;
	assert_int_equal(commit_text(fixture, "two"), -EEXIST);
	assert_story(fixture, "the file " OLD " has the job of this name");
	fixture_close(fixture);
}

/* The spool cannot say whether the file of OLD still exists. So OLD keeps its job, and the commit
 * of NEW is refused. */
static void a_file_that_cannot_be_seen_keeps_its_job(void **state)
{
	struct fixture *fixture = open_moved(ADOPT_NAME);

	(void)state;
	there = -EIO;
	assert_true(commit_text(fixture, "one") < 0);
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 1); /* the create of OLD */
	fixture_close(fixture);
}

static void a_name_that_is_not_done_keeps_its_job(void **state)
{
	struct fixture *fixture = open_moved(ADOPT_NAME);
	struct writer first = {0}, second = {0};

	(void)state;
	assert_int_equal(fixture_commit(fixture, OLD, "two", &first), 0);
	fixture_checked(fixture, FAKE_UPDATE);
	assert_int_equal(fixture_commit(fixture, NEW, "two", &second), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(second.result, -EEXIST);
	assert_story(fixture, "the removed file " OLD " has the job of this name");
	assert_story(fixture, "not submitted yet");
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(first.result, 0);
	assert_has_the_job(fixture, OLD);
	fixture_close(fixture);
}

static void the_name_of_another_user_keeps_its_job(void **state)
{
	struct fixture *fixture = fixture_open(false);

	(void)state;
	fixture_make(fixture, OLD, "one");
	fixture->options.one_user = false;
	mount_with(fixture, ADOPT_NAME);
	assert_int_equal(commit_as(fixture, "two", 1000), -EEXIST);
	assert_story(fixture, "another file here has the job of this name");
	assert_int_equal(commit_as(fixture, "two", 0), 0);
	assert_has_the_job(fixture, NEW);
	fixture_close(fixture);
}

/* ---- a person names the job ---- */

static int name_job(struct fixture *fixture, struct err *err)
{
	const struct fake_job *job = LIST_FIRST(&fixture->service.jobs);
	const struct author author = {.holding.owner.directory.mode = 0755};
	const struct shown_job shown = {
		.job_id = job->id,
		.version = job->version,
		.content = job->content[job->version],
		.size = strlen(job->content[job->version]),
		.attrs = {[ATTR_NAME] = job->name,
			  [ATTR_RISK_LEVEL] = job->risk[job->version],
			  [ATTR_ENTERPRISE_PROJECT_ID] = job->project},
	};
	const struct job_naming naming = {
		.path = NEW, .author = &author, .job = &shown, .is_read = true};

	*err = (struct err){0};
	fixture->is_due = true;
	return job_naming_record(fixture->engine, &naming, err);
}

static void a_person_may_name_the_job_of_a_removed_name(void **state)
{
	struct fixture *fixture = open_moved(ADOPT_NEVER);
	struct err err;

	(void)state;
	assert_int_equal(name_job(fixture, &err), 0);
	fixture_settle(fixture);
	assert_has_the_job(fixture, NEW);
	fixture_close(fixture);
}

static void a_person_waits_for_what_is_not_done(void **state)
{
	struct fixture *fixture = open_moved(ADOPT_NEVER);
	struct writer writer = {0};
	struct err err;

	(void)state;
	assert_int_equal(fixture_commit(fixture, OLD, "two", &writer), 0);
	fixture_checked(fixture, FAKE_UPDATE);
	assert_int_equal(name_job(fixture, &err), -EBUSY);
	assert_non_null(strstr(err.text, OLD));
	assert_true(fixture_quiesce(fixture));
	there = -EIO;
	assert_int_equal(name_job(fixture, &err), -EIO);
	there = 1;
	assert_int_equal(name_job(fixture, &err), -EEXIST);
	assert_has_the_job(fixture, OLD);
	fixture_close(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_name_a_file_elsewhere_takes_the_job),
		cmocka_unit_test(with_same_a_file_elsewhere_is_a_copy),
		cmocka_unit_test(with_same_the_text_of_a_job_of_others_takes_it),
		cmocka_unit_test(a_version_that_was_not_read_is_in_the_way),
		cmocka_unit_test(a_file_that_is_there_keeps_its_job),
		cmocka_unit_test(a_file_that_cannot_be_seen_keeps_its_job),
		cmocka_unit_test(a_name_that_is_not_done_keeps_its_job),
		cmocka_unit_test(the_name_of_another_user_keeps_its_job),
		cmocka_unit_test(a_person_may_name_the_job_of_a_removed_name),
		cmocka_unit_test(a_person_waits_for_what_is_not_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
