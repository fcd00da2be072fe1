/* SPDX-License-Identifier: MIT */
/* Tests: a person names the job of a file (setfattr of coc.job_id). */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "submit/job_naming.h"
#include "fake_memory.h"
#include "fake_statements.h"
#include "submit_fixture.h"

#define PATH "a.yaml"
#define OTHER_PATH "d/a.yaml"

/* The arguments of name_job(): a user (0: root) names this job as the job of path (NULL: PATH). */
struct naming {
	const char *path;
	const struct fake_job *job;
	bool is_read; /* the file has the text of the job's newest version, so it counts as read */
	bool hides_version; /* the service does not tell the version */
	uid_t user;
};

static int name_job(struct fixture *fixture, const struct naming *naming, struct err *err)
{
	const struct fake_job *there = naming->job;
	const struct shown_job job = {
		.job_id = there->id,
		.version = naming->hides_version ? 0 : there->version,
		.content = there->content[there->version],
		.size = strlen(there->content[there->version]),
		.attrs = {[ATTR_NAME] = there->name,
			  [ATTR_RISK_LEVEL] = there->risk[there->version],
			  [ATTR_ENTERPRISE_PROJECT_ID] = there->project},
	};
	const struct access file = {naming->user, naming->user, 0644};
	const struct access directory = {naming->user, naming->user, 0755};
	const struct author author = {.holding.owner = {.file = file, .directory = directory}};
	const struct job_naming spec = {.path = naming->path ? naming->path : PATH,
					.author = &author,
					.job = &job,
					.is_read = naming->is_read};

	*err = (struct err){0};
	fixture->is_due = true;
	return job_naming_record(fixture->engine, &spec, err);
}

static void assert_has_job(struct fixture *fixture, const char *path, const struct fake_job *job)
{
	_cleanup_job_record_ struct job_record record = fixture_job(fixture, path);

	assert_non_null(record.job_id);
	assert_string_equal(record.job_id, job->id);
	assert_true(record.on_purpose);
}

static void assert_has_no_job(struct fixture *fixture, const char *path)
{
	struct job_record record = {0};

	if (ledger_find(fixture->ledger, path, &record) == 0)
		assert_null(record.job_id);
	job_record_finish(&record);
}

/* Returns how many creates, updates and deletions were started in this test. */
static uint64_t count_changes(const struct fixture *fixture)
{
	return fixture->service.counts[FAKE_CREATE] + fixture->service.counts[FAKE_UPDATE] +
	       fixture->service.counts[FAKE_DELETE];
}

/* ---- the file gets the job ---- */

static void a_job_whose_text_the_file_has_is_its_job(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "first");
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct err err;

	fake_job_write(job, "theirs");
	assert_int_equal(name_job(fixture, &(struct naming){.job = job, .is_read = true}, &err), 0);
	fixture_settle(fixture);
	assert_has_job(fixture, PATH, job);
	fixture_assert_state(fixture, PATH, JOB_SUBMITTED);
	{
		_cleanup_job_record_ struct job_record record = fixture_job(fixture, PATH);

		assert_int_equal(record.base, 2);
		assert_int_equal(record.version, 2);
		assert_int_equal(content_digest("theirs", 6, digest), 0);
		assert_true(record.has_digest);
		assert_memory_equal(record.digest, digest, sizeof(digest));
	}
	assert_int_equal(count_changes(fixture), 0);
	fixture_make(fixture, PATH, "mine"); /* makes version 3 of the job, which had 2 */
	assert_int_equal(job->version, 3);
	assert_string_equal(job->content[3], "mine");
}

/* A file gets a job (coc.job_id) whose text it does not have. The file has no base then, so its
 * next commit is refused: nobody has read the job's text. */
static void a_job_whose_text_the_file_lacks_has_no_base(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "theirs");
	struct writer writer = {0};
	struct err err;

	assert_int_equal(name_job(fixture, &(struct naming){.job = job}, &err), 0);
	assert_has_job(fixture, PATH, job);
	fixture_assert_state(fixture, PATH, JOB_DRAFT);
	assert_int_equal(fixture_commit(fixture, PATH, "mine", &writer), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, -ESTALE);
	assert_int_equal(count_changes(fixture), 0);
	assert_int_equal(job->version, 1);
}

static void a_version_that_is_not_told_is_the_first(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "theirs");
	const struct naming naming = {.job = job, .is_read = true, .hides_version = true};
	struct err err;

	assert_int_equal(name_job(fixture, &naming, &err), 0);
	{
		_cleanup_job_record_ struct job_record record = fixture_job(fixture, PATH);

		assert_int_equal(record.version, 1);
		assert_int_equal(record.base, 1);
	}
}

/* The file has adopted the job by itself, so delete=service would leave the job alone. Then a user
 * names the same job (coc.job_id): from now on the file has it on purpose. */
static void a_job_that_the_file_has_is_its_job_on_purpose(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "same");
	struct writer writer = {0};
	struct err err;

	fixture->options.adopt = ADOPT_SAME;
	fixture_remount(fixture);
	assert_int_equal(fixture_commit(fixture, PATH, "same", &writer), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	{
		_cleanup_job_record_ struct job_record record = fixture_job(fixture, PATH);

		assert_false(record.on_purpose);
		assert_string_equal(record.job_id, job->id);
	}
	assert_int_equal(name_job(fixture, &(struct naming){.job = job}, &err), 0);
	assert_has_job(fixture, PATH, job);
	fixture_assert_held(fixture, PATH, "same"); /* still submitted: the base stays */
}

/* ---- the naming is refused ---- */

static void a_file_with_another_job_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *mine, *job;
	struct err err;

	fixture_make(fixture, PATH, "mine");
	mine = LIST_FIRST(&fixture->service.jobs);
	job = fake_service_make(&fixture->service, "a", "theirs");
	assert_int_equal(name_job(fixture, &(struct naming){.job = job}, &err), -EEXIST);
	assert_non_null(strstr(err.text, mine->id));
	assert_has_job(fixture, PATH, mine);
}

static void the_job_of_another_file_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job;
	struct err err;

	fixture_make(fixture, OTHER_PATH, "one");
	job = LIST_FIRST(&fixture->service.jobs);
	assert_int_equal(name_job(fixture, &(struct naming){.job = job, .is_read = true}, &err),
			 -EEXIST);
	assert_non_null(strstr(err.text, OTHER_PATH));
	assert_has_no_job(fixture, PATH);
	assert_has_job(fixture, OTHER_PATH, job);
}

static void the_path_of_another_user_is_not_told(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job;
	struct err err;

	fixture_make(fixture, OTHER_PATH, "one");
	job = LIST_FIRST(&fixture->service.jobs);
	assert_int_equal(name_job(fixture, &(struct naming){.job = job, .user = 1000}, &err),
			 -EEXIST);
	assert_non_null(strstr(err.text, job->id));
	assert_null(strstr(err.text, OTHER_PATH));
	assert_has_no_job(fixture, PATH);
}

static void a_file_with_a_submission_under_way_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "x", "theirs");
	struct writer writer = {0};
	struct err err;

	assert_int_equal(fixture_commit(fixture, PATH, "one", &writer), 0);
	fixture_settle(fixture);
	assert_int_equal(name_job(fixture, &(struct naming){.job = job}, &err), -EBUSY);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	fixture_assert_held(fixture, PATH, "one");
}

/* A user names a job that a create of another file may have made, because the answer of that create
 * is lost: EBUSY, and the error names the job. */
static void a_job_that_a_create_may_have_made_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct fake_job *job;
	struct err err;

	assert_int_equal(fixture_commit(fixture, OTHER_PATH, "one", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_perform(fixture_request(fixture, FAKE_CREATE));
	fixture_answer(fixture, FAKE_CREATE, FAKE_LOST);
	job = LIST_FIRST(&fixture->service.jobs);
	assert_int_equal(name_job(fixture, &(struct naming){.job = job}, &err), -EBUSY);
	assert_non_null(strstr(err.text, job->id));
	assert_has_no_job(fixture, PATH);
	assert_true(fixture_quiesce(fixture));
	assert_has_job(fixture, OTHER_PATH, job);
	assert_int_equal(name_job(fixture, &(struct naming){.job = job}, &err), -EEXIST);
}

/* ---- a row with a refusal, or of a backup ---- */

static void refuse_content(struct fixture *fixture)
{
	const struct access file = {0, 0, 0644}, directory = {0, 0, 0755};
	const struct author author = {.holding.owner = {.file = file, .directory = directory}};
	struct err err;

	err_set(&err, EINVAL, "it is no job");
	assert_int_equal(submit_refuse(fixture->engine, PATH, &author, false, &err), -EINVAL);
	fixture_settle(fixture);
	fixture_assert_state(fixture, PATH, JOB_FAILED);
}

static void a_refusal_ends_if_the_file_has_the_text_of_the_job(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "theirs");
	_cleanup_job_record_ struct job_record record = {0};
	struct err err;

	refuse_content(fixture);
	assert_int_equal(name_job(fixture, &(struct naming){.job = job, .is_read = true}, &err), 0);
	assert_has_job(fixture, PATH, job);
	fixture_assert_state(fixture, PATH, JOB_SUBMITTED);
	record = fixture_job(fixture, PATH);
	assert_false(record.refused);
	assert_null(record.error);
}

static void the_refusal_of_another_text_stays(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "theirs");
	_cleanup_job_record_ struct job_record record = {0};
	struct err err;

	refuse_content(fixture);
	assert_int_equal(name_job(fixture, &(struct naming){.job = job}, &err), 0);
	assert_has_job(fixture, PATH, job);
	record = fixture_job(fixture, PATH);
	assert_true(record.refused);
	assert_non_null(strstr(record.error, "it is no job"));
}

/* After "mv a.yaml b.yaml" and a new a.yaml, b.yaml is a backup. When a user gives b.yaml a job of
 * its own, it is no backup any more. */
static void a_backup_with_a_job_is_no_backup(void **state)
{
	const struct job_backup backup = {.path = "b.yaml"};
	struct job_rename rename = {.from = PATH, .to = "b.yaml", .ino = 1};
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "b", "theirs");
	struct submit_change change = {.kind = CHANGE_GIVE_BACK, .path = PATH, .backup = &backup};
	_cleanup_job_record_ struct job_record before = {0}, after = {0};
	struct err err;

	fixture_make(fixture, PATH, "one");
	assert_int_equal(submit_rename(fixture->engine, RENAME_BEGIN, &rename), 0);
	assert_int_equal(submit_rename(fixture->engine, RENAME_DONE, &rename), 0);
	assert_int_equal(submit_rename(fixture->engine, RENAME_SAVE, &rename), 0);
	before = fixture_job(fixture, "b.yaml");
	change.row = before.row;
	assert_int_equal(submit_change(fixture->engine, &change), 0);
	job_record_finish(&before);
	before = fixture_job(fixture, "b.yaml");
	assert_true(before.backup);
	assert_int_equal(name_job(fixture,
				  &(struct naming){.path = "b.yaml", .job = job, .is_read = true},
				  &err),
			 0);
	assert_has_job(fixture, "b.yaml", job);
	after = fixture_job(fixture, "b.yaml");
	assert_false(after.backup);
	fixture_assert_held(fixture, PATH, "one");
}

/* ---- statements and allocations that fail ---- */

/* Names a job while each statement, or each allocation, fails once. Returns the result of the last
 * try, in which none fails. */
static int name_with_failures(struct fixture *fixture, const struct naming *naming, bool of_memory)
{
	bool has_failed = true;
	struct err err;
	int r = 0;

	for (uint64_t nth = 1; has_failed; nth++) {
		assert_has_no_job(fixture, PATH);
		if (of_memory)
			fake_memory_short(nth);
		else
			fake_statements_fail(nth);
		r = name_job(fixture, naming, &err);
		if (of_memory)
			fake_memory_enough();
		has_failed = of_memory ? fake_memory_has_failed() : fake_statements_work();
		if (has_failed) {
			assert_true(r < 0);
			assert_int_equal(err.errnum, -r);
		}
		assert_true(nth > 1 || has_failed);
	}
	return r;
}

static void a_job_that_cannot_be_recorded_is_not_the_files(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "theirs");
	const struct naming naming = {.job = job, .is_read = true};

	assert_int_equal(name_with_failures(fixture, &naming, false), 0);
	assert_has_job(fixture, PATH, job);
	fixture_assert_state(fixture, PATH, JOB_SUBMITTED);
}

static void a_refusal_that_cannot_be_ended_stays(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "theirs");
	const struct naming naming = {.job = job, .is_read = true};

	refuse_content(fixture);
	assert_int_equal(name_with_failures(fixture, &naming, false), 0);
	assert_has_job(fixture, PATH, job);
	fixture_assert_state(fixture, PATH, JOB_SUBMITTED);
}

static void a_job_whose_path_cannot_be_read_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job;

	fixture_make(fixture, OTHER_PATH, "one");
	job = LIST_FIRST(&fixture->service.jobs);
	for (int of_memory = 0; of_memory < 2; of_memory++)
		assert_int_equal(
			name_with_failures(fixture, &(struct naming){.job = job}, of_memory),
			-EEXIST);
	assert_has_job(fixture, OTHER_PATH, job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(a_job_whose_text_the_file_has_is_its_job),
		sync_test(a_job_whose_text_the_file_lacks_has_no_base),
		sync_test(a_version_that_is_not_told_is_the_first),
		sync_test(a_job_that_the_file_has_is_its_job_on_purpose),
		sync_test(a_file_with_another_job_is_refused),
		sync_test(the_job_of_another_file_is_refused),
		sync_test(the_path_of_another_user_is_not_told),
		sync_test(a_file_with_a_submission_under_way_is_refused),
		sync_test(a_job_that_a_create_may_have_made_is_refused),
		sync_test(a_refusal_ends_if_the_file_has_the_text_of_the_job),
		sync_test(the_refusal_of_another_text_stays),
		sync_test(a_backup_with_a_job_is_no_backup),
		sync_test(a_job_that_cannot_be_recorded_is_not_the_files),
		sync_test(a_refusal_that_cannot_be_ended_stays),
		sync_test(a_job_whose_path_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
