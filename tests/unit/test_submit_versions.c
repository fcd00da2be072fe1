/* SPDX-License-Identifier: MIT */
/* Tests of what an update says of its job's versions: that the versions run out, and which version
 * was not read here. "theirs" is the text of another client. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "submit/bounds.h"
#include "submit/freshness.h"
#include "submit_fixture.h"

#define PATH "a.yaml"

static struct fake_job *only_job(struct fixture *fixture)
{
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
	return LIST_FIRST(&fixture->service.jobs);
}

/* Commits the content of a path, and answers all requests truly until nothing is left to do.
 * Returns the writer's result. */
static int commit_text(struct fixture *fixture, const char *path, const char *content)
{
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, path, content, &writer), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.told, 1);
	return writer.result;
}

/* Makes a job, and writes its text again until it has this many versions. */
static struct fake_job *make_versions(struct fixture *fixture, int version)
{
	struct fake_job *job;

	fixture_make(fixture, PATH, "one");
	job = only_job(fixture);
	while (job->version < version)
		fake_job_write(job, "one");
	return job;
}

static void assert_warning(struct fixture *fixture, const char *text, bool is_there)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, PATH);

	if (is_there != (job.warnings && strstr(job.warnings, text)))
		fail_msg("\"%s\" is %s in: %s", text, is_there ? "not" : "also", job.warnings);
}

static void the_last_versions_are_told(void **state)
{
	struct fixture *fixture = *state;

	make_versions(fixture, VERSIONS_WARN_FROM - 2);
	assert_int_equal(commit_text(fixture, PATH, "two"), 0);
	assert_warning(fixture, "of 100 versions", false);
	assert_int_equal(commit_text(fixture, PATH, "three"), 0);
	assert_warning(fixture, "the job has 90 of 100 versions: 10 more can be written", true);
}

static void after_the_last_version_nothing_is_sent(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = make_versions(fixture, FAKE_VERSIONS_MAX - 1);
	uint64_t updates;

	assert_int_equal(commit_text(fixture, PATH, "two"), 0);
	assert_warning(fixture, "the job has 100 of 100 versions: 0 more can be written", true);
	updates = fixture->service.counts[FAKE_UPDATE];
	assert_int_equal(commit_text(fixture, PATH, "three"), -EDQUOT);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], updates);
	assert_string_equal(job->content[job->version], "two");
	{
		_cleanup_job_record_ struct job_record record = fixture_job(fixture, PATH);

		assert_non_null(strstr(record.error, "setfattr -x coc.job_id"));
	}
	/* the text that the service holds needs no new version */
	assert_int_equal(commit_text(fixture, PATH, "two"), 0);
}

/* Another client has written a version, and the job is close to its last version: coc.warnings
 * tells both. */
static void a_foreign_version_and_the_end_are_told_together(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = make_versions(fixture, VERSIONS_WARN_FROM);
	struct writer writer = {0};
	struct fake_request *update;

	assert_int_equal(fixture_commit(fixture, PATH, "two", &writer), 0);
	update = fixture_checked(fixture, FAKE_UPDATE);
	fake_job_write(job, "theirs");
	fake_request_answer(update, FAKE_TRUTH);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	assert_warning(fixture, "v91 was written by somebody else", true);
	assert_warning(fixture, "the job has 92 of 100 versions", true);
}

/* The file was refreshed with a newer text that no process has read since. A commit is refused,
 * until somebody has read the text. */
static void a_text_that_nobody_has_read_is_not_overwritten(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh;
	unsigned char digest[CONTENT_DIGEST_SIZE];

	fixture_make(fixture, PATH, "one");
	fake_job_write(only_job(fixture), "theirs");
	assert_int_equal(content_digest("theirs", 6, digest), 0);
	assert_int_equal(freshness_find(fixture->engine, PATH, &fresh), 0);
	assert_int_equal(freshness_take(fixture->engine, &fresh, 2, digest), 0);
	assert_int_equal(commit_text(fixture, PATH, "mine"), -ESTALE);
	assert_int_equal(only_job(fixture)->version, 2);
	assert_int_equal(freshness_find(fixture->engine, PATH, &fresh), 0);
	assert_int_equal(freshness_read(fixture->engine, &fresh), 0);
	assert_int_equal(commit_text(fixture, PATH, "mine"), 0);
	assert_string_equal(only_job(fixture)->content[3], "mine");
}

/* The error names the file with the unread version, if there is room for the path. */
static void a_conflict_names_the_file_of_the_version(void **state)
{
	char directory[201], path[700];

	(void)state;
	memset(directory, 'd', sizeof(directory) - 1);
	directory[sizeof(directory) - 1] = '\0';
	snprintf(path, sizeof(path), "%s/%s/%s/a.yaml", directory, directory, directory);
	for (int is_long = 0; is_long < 2; is_long++) {
		const char *where = is_long ? path : PATH;
		struct fixture *fixture = fixture_open(false);
		_cleanup_job_record_ struct job_record job = {0};

		fixture_make(fixture, where, "one");
		fake_job_write(only_job(fixture), "theirs");
		assert_int_equal(commit_text(fixture, where, "mine"), -ESTALE);
		job = fixture_job(fixture, where);
		assert_non_null(strstr(job.error, "v2"));
		if (is_long)
			assert_null(strstr(job.error, ".coc/versions/"));
		else
			assert_non_null(strstr(job.error, ".coc/versions/a.yaml/v2.yaml"));
		fixture_close(fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(the_last_versions_are_told),
		sync_test(after_the_last_version_nothing_is_sent),
		sync_test(a_foreign_version_and_the_end_are_told_together),
		sync_test(a_text_that_nobody_has_read_is_not_overwritten),
		cmocka_unit_test(a_conflict_names_the_file_of_the_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
