/* SPDX-License-Identifier: MIT */
/*
 * The base of a file is the version of the job that was read, written or named here last. Without
 * conflict=overwrite no update replaces a newer version of another text. Tests of the check before
 * an update and before a deletion; of the search for an update's version; of the ways out of a
 * conflict. "theirs" is the text of another client.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "submit_fixture.h"

/* Returns the only job of the service. */
static struct fake_job *only_job(struct fixture *fixture)
{
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
	return LIST_FIRST(&fixture->service.jobs);
}

static void assert_versions(struct fixture *fixture, int64_t base, int64_t newest)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

	assert_int_equal(job.base, base);
	assert_int_equal(job.version, newest);
}

static void assert_error(struct fixture *fixture, const char *text)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

	assert_non_null(job.error);
	if (!strstr(job.error, text))
		fail_msg("\"%s\" is not in: %s", text, job.error);
}

static void assert_warning(struct fixture *fixture, const char *text)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

	assert_non_null(job.warnings);
	if (!strstr(job.warnings, text))
		fail_msg("\"%s\" is not in: %s", text, job.warnings);
}

/* Commits as spec says, and answers all requests truly until nothing is left to do. Returns the
 * writer's result; 0 if there was nothing to wait for; -EINPROGRESS if the writer still waits. */
static int commit_to_the_end(struct fixture *fixture, const struct commit_spec *spec)
{
	struct writer writer = {0};
	int r = fixture_commit_spec(fixture, spec, &writer);

	assert_int_equal(r, 0);
	assert_true(fixture_quiesce(fixture));
	return writer.waiter ? -EINPROGRESS : writer.told ? writer.result : r;
}

static int commit_text(struct fixture *fixture, const char *content)
{
	const struct commit_spec spec = {.path = "a.yaml", .content = content};

	return commit_to_the_end(fixture, &spec);
}

/* Makes a.yaml with the content "one" on the service, and commits "two", whose update has not left
 * yet. */
static void begin_update(struct fixture *fixture, struct writer *writer)
{
	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", writer), 0);
}

/* The service has "one", and on top of it "theirs", which nobody here has read. */
static void make_conflict(struct fixture *fixture)
{
	fixture_make(fixture, "a.yaml", "one");
	fake_job_write(only_job(fixture), "theirs");
}

/* ---- the check before the update ---- */

static void an_update_on_top_of_a_foreign_version_is_refused(void **state)
{
	struct fixture *fixture = *state;

	make_conflict(fixture);
	for (int i = 0; i < 2; i++) { /* a second write changes nothing */
		assert_int_equal(commit_text(fixture, "mine"), -ESTALE);
		fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		assert_versions(fixture, 1, 2);
		assert_error(fixture, "newer version that was not read here: v2");
		assert_error(fixture, "setfattr -n coc.base -v v2 FILE");
	}
	/* the text of the base does not end the conflict */
	assert_int_equal(commit_text(fixture, "one"), -ESTALE);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
	assert_string_equal(only_job(fixture)->content[2], "theirs");
}

static void the_text_goes_on_top_of_the_version_that_a_person_names(void **state)
{
	struct fixture *fixture = *state;
	const struct commit_spec spec = {.path = "a.yaml", .content = "mine", .base = 2};

	make_conflict(fixture);
	assert_int_equal(commit_text(fixture, "mine"), -ESTALE);
	assert_int_equal(commit_to_the_end(fixture, &spec), 0);
	fixture_assert_held(fixture, "a.yaml", "mine");
	assert_versions(fixture, 3, 3);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 1);
}

/* A person may name a base that was not read here. But if the file still has the text of an older
 * base, the update is refused: it would only take the other version back. */
static void a_base_that_a_person_names_need_not_be_seen_before(void **state)
{
	struct fixture *fixture = *state;
	const struct commit_spec spec = {.path = "a.yaml", .content = "one", .base = 2};
	const struct commit_spec mine = {.path = "a.yaml", .content = "mine", .base = 2};

	make_conflict(fixture);
	assert_int_equal(commit_to_the_end(fixture, &spec), -EINVAL);
	assert_error(fixture, "nothing of yours is in it");
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
	assert_versions(fixture, 1, 2);
	assert_int_equal(commit_to_the_end(fixture, &mine), 0);
	fixture_assert_held(fixture, "a.yaml", "mine");
	assert_versions(fixture, 3, 3);
}

static void a_base_that_is_too_old_or_does_not_exist_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct commit_spec spec = {.path = "a.yaml", .content = "mine", .base = 2};

	make_conflict(fixture);
	fake_job_write(only_job(fixture), "theirs too");
	assert_int_equal(commit_to_the_end(fixture, &spec), -ESTALE);
	assert_error(fixture, "v3");
	spec.base = 9;
	assert_int_equal(commit_to_the_end(fixture, &spec), -EINVAL);
	assert_error(fixture, "no version v9");
	assert_versions(fixture, 1, 3);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
}

/* A person has named the base. The base stays named if the update fails for another reason. */
static void a_base_that_was_named_stays(void **state)
{
	struct fixture *fixture = *state;
	const struct commit_spec spec = {.path = "a.yaml", .content = "mine", .base = 2};
	struct writer writer = {0};

	make_conflict(fixture);
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	fixture_answer_update(fixture, FAKE_UNSENT);
	assert_int_equal(writer.result, -ECONNREFUSED);
	assert_versions(fixture, 2, 2);
	/* the base was named, so even the text of an older version is sent */
	assert_int_equal(commit_text(fixture, "one"), 0);
	fixture_assert_held(fixture, "a.yaml", "one");
}

static void the_text_of_the_newest_version_is_no_conflict(void **state)
{
	struct fixture *fixture = *state;

	make_conflict(fixture);
	assert_int_equal(commit_text(fixture, "theirs"), 0);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTED);
	assert_versions(fixture, 2, 2);
	assert_int_equal(commit_text(fixture, "next"), 0);
	assert_versions(fixture, 3, 3);
}

/* Another client has changed attributes. An attribute that was not changed here keeps the other
 * client's value. */
static void attributes_that_others_have_changed_stay(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job;
	struct writer writer = {0};
	struct fake_request *update;
	const struct commit_spec spec = {.path = "a.yaml", .content = "two", .description = "mine"};

	fixture_make(fixture, "a.yaml", "one");
	job = only_job(fixture);
	fake_job_write(job, "one");
	strcpy(job->risk[2] = realloc(job->risk[2], 8), "HIGH");
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	update = fixture_checked(fixture, FAKE_UPDATE);
	assert_string_equal(update->risk, "HIGH");
	assert_string_equal(update->description, "mine");
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	assert_versions(fixture, 3, 3);
}

static void with_overwrite_nothing_is_asked_before(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture->options.overwrite = true;
	fixture_remount(fixture);
	make_conflict(fixture);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "mine", &writer), 0);
	fixture_no_request(fixture, FAKE_SHOW);
	fixture_answer(fixture, FAKE_UPDATE, FAKE_TRUTH);
	/* the client asks which version the update has made */
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_int_equal(writer.result, 0);
	assert_versions(fixture, 3, 3);
}

/* The check before an update does not learn the job's version: no update is sent, and the errno
 * says why. */
static void no_update_is_sent_when_the_service_cannot_be_asked(void **state)
{
	static const struct {
		enum fake_answer answer;
		int result;
	} rows[] = {
		{FAKE_LOST, -ETIMEDOUT},      {FAKE_BROKEN, -EIO},    {FAKE_NONSENSE, -EIO},
		{FAKE_UNSENT, -ECONNREFUSED}, {FAKE_DENIED, -EACCES}, {FAKE_REFUSED, -EINVAL},
		{FAKE_GONE, -ESTALE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *fixture = fixture_open(false);
		struct writer writer = {0};

		begin_update(fixture, &writer);
		fixture_answer(fixture, FAKE_SHOW, rows[i].answer);
		assert_int_equal(writer.told, 1);
		assert_int_equal(writer.result, rows[i].result);
		fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
		fixture_make(fixture, "a.yaml", "two");
		fixture_close(fixture);
	}
}

/* Before an update is sent again, it is checked again: others may have written meanwhile. */
static void an_update_that_is_sent_again_is_checked_again(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	begin_update(fixture, &writer);
	fixture_answer_update(fixture, FAKE_BUSY);
	fake_job_write(only_job(fixture), "theirs");
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, -ESTALE);
	assert_int_equal(fixture->service.performed_counts[FAKE_UPDATE], 0);
}

/* A crash between the check and the update: the next mount checks again. */
static void a_check_before_a_crash_counts_for_nothing(void **state)
{
	(void)state;
	for (int queue = 0; queue < 2; queue++) {
		struct fixture *fixture = fixture_open(queue);
		struct writer writer = {0};

		fixture_make(fixture, "a.yaml", "one");
		fixture_remount(fixture);
		assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writer), 0);
		fixture_request(fixture, FAKE_SHOW);
		fixture_crash(fixture, false, NULL, NULL);
		fake_job_write(only_job(fixture), "theirs");
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
		fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		assert_error(fixture, queue ? "v2" : "before anything was sent");
		fixture_close(fixture);
	}
}

/* ---- the question for the version after the update ---- */

static void a_foreign_version_on_top_is_warned_of_and_no_base(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	begin_update(fixture, &writer);
	fake_request_answer(fixture_checked(fixture, FAKE_UPDATE), FAKE_TRUTH);
	fixture_request(fixture, FAKE_SHOW);
	fake_job_write(only_job(fixture), "theirs");
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	assert_versions(fixture, 2, 3);
	assert_warning(fixture, "newer version than this file: v3");
	assert_int_equal(commit_text(fixture, "three"), -ESTALE);
	assert_versions(fixture, 2, 3);
	assert_string_equal(only_job(fixture)->content[3], "theirs");
	assert_int_equal(only_job(fixture)->version, 3);
}

static void a_foreign_version_between_check_and_update_is_warned_of(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	begin_update(fixture, &writer);
	fixture_checked(fixture, FAKE_UPDATE);
	fake_job_write(only_job(fixture), "theirs");
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	assert_versions(fixture, 3, 3);
	assert_warning(fixture, "v2 was written by somebody else");
	assert_int_equal(commit_text(fixture, "three"), 0);
	assert_versions(fixture, 4, 4);
}

/* The update counts as done, even if the question for its version fails. */
static void an_update_whose_version_cannot_be_read_was_done(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	begin_update(fixture, &writer);
	fake_request_answer(fixture_checked(fixture, FAKE_UPDATE), FAKE_TRUTH);
	fixture_answer(fixture, FAKE_SHOW, FAKE_BROKEN);
	assert_int_equal(writer.result, 0);
	assert_versions(fixture, 2, 2);
}

/* The recorded base is too low, because its number was guessed. But the newest version has the text
 * of that base, so the update is no conflict. */
static void a_base_whose_text_is_the_newest_is_no_conflict(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	begin_update(fixture, &writer);
	fixture_checked(fixture, FAKE_UPDATE);
	fake_job_write(only_job(fixture), "theirs");
	fixture_answer(fixture, FAKE_UPDATE, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_SHOW, FAKE_UNSENT);
	assert_versions(fixture, 2, 2);
	assert_int_equal(commit_text(fixture, "three"), 0);
	assert_versions(fixture, 4, 4);
}

/* ---- lost answers to updates ---- */

/* An update was done and its answer is lost; then another client wrote versions. The update is
 * found below these, and coc.warnings names the newest. */
static void a_lost_update_is_found_below_a_foreign_version(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	begin_update(fixture, &writer);
	fake_request_perform(fixture_checked(fixture, FAKE_UPDATE));
	fake_job_write(only_job(fixture), "theirs");
	fake_job_write(only_job(fixture), "theirs too");
	fixture_answer(fixture, FAKE_UPDATE, FAKE_LOST);
	assert_int_equal(writer.result, -ETIMEDOUT);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTED);
	assert_versions(fixture, 2, 4);
	assert_warning(fixture, "v4");
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 1);
}

/* After a lost update, a version between its base and the newest cannot be seen: it may be the
 * update's. So the update is not sent again. */
static void a_lost_update_that_may_be_a_version_nobody_sees_is_not_sent_again(void **state)
{
	(void)state;
	for (int overwrite = 0; overwrite < 2; overwrite++) {
		struct fixture *fixture = fixture_open(true);
		struct writer writer = {0};

		fixture->options.overwrite = overwrite;
		fixture_remount(fixture);
		begin_update(fixture, &writer);
		if (!overwrite)
			fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
		fake_request_perform(fixture_request(fixture, FAKE_UPDATE));
		fake_job_write(only_job(fixture), "theirs");
		fixture_answer(fixture, FAKE_UPDATE, FAKE_LOST);
		for (int i = 0; i < 1000 && fixture_has_work(fixture); i++) {
			struct fake_request *show;

			fixture_settle(fixture);
			show = fake_service_find(&fixture->service, FAKE_SHOW);
			if (show)
				fake_request_answer(show, show->version ? FAKE_GONE : FAKE_TRUTH);
			else
				fixture_pass(fixture, 3600000);
		}
		fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		assert_error(fixture, "v3");
		assert_int_equal(fixture->service.counts[FAKE_UPDATE], 1);
		fixture_close(fixture);
	}
}

/* The update was not done, and another client has written: the update is never sent again. */
static void a_lost_update_that_was_not_done_overwrites_nobody(void **state)
{
	(void)state;
	for (int queue = 0; queue < 2; queue++) {
		struct fixture *fixture = fixture_open(queue);
		struct writer writer = {0};

		begin_update(fixture, &writer);
		fixture_answer_update(fixture, FAKE_LOST);
		while (!TAILQ_EMPTY(&fixture->service.late))
			fake_request_forget(TAILQ_FIRST(&fixture->service.late));
		fake_job_write(only_job(fixture), "theirs");
		assert_true(fixture_quiesce(fixture));
		fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		assert_versions(fixture, 1, 2);
		assert_error(fixture, "ESTALE");
		assert_error(fixture, "v2");
		assert_int_equal(fixture->service.counts[FAKE_UPDATE], 1);
		fixture_close(fixture);
	}
}

/* The version below an update is durable: a lost update is found after a crash, too. */
static void a_lost_update_is_found_after_a_loss_of_power(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "one");
	fixture_remount(fixture);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writer), 0);
	fake_request_perform(fixture_checked(fixture, FAKE_UPDATE));
	fake_job_write(only_job(fixture), "theirs");
	fixture_crash(fixture, true, NULL, NULL);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_state(fixture, "a.yaml", JOB_SUBMITTED);
	assert_versions(fixture, 2, 3);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 1);
}

/* ---- several submissions of one path ---- */

/* The base of the next submission of a path is the version that the submission before it makes. */
static void the_base_of_the_next_submission_is_the_version_before(void **state)
{
	(void)state;
	for (int queue = 0; queue < 2; queue++) {
		struct fixture *fixture = fixture_open(queue);
		struct writer first = {0}, second = {0};

		begin_update(fixture, &first);
		fixture_checked(fixture, FAKE_UPDATE);
		assert_int_equal(fixture_commit(fixture, "a.yaml", "three", &second), 0);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(first.result, 0);
		assert_int_equal(second.result, 0);
		assert_versions(fixture, 3, 3);
		fixture_close(fixture);
	}
}

static void a_foreign_version_between_the_two_refuses_the_second(void **state)
{
	(void)state;
	for (int queue = 0; queue < 2; queue++) {
		struct fixture *fixture = fixture_open(queue);
		struct writer first = {0}, second = {0};

		begin_update(fixture, &first);
		fake_request_perform(fixture_checked(fixture, FAKE_UPDATE));
		assert_int_equal(fixture_commit(fixture, "a.yaml", "three", &second), 0);
		fake_job_write(only_job(fixture), "theirs");
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(first.result, 0);
		assert_int_equal(second.result, queue ? 0 : -ESTALE);
		fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		assert_versions(fixture, 2, 3);
		assert_error(fixture, "v3");
		assert_int_equal(only_job(fixture)->version, 3);
		fixture_close(fixture);
	}
}

/* Newer content replaces the queued content, and keeps the base that was named for the queued
 * content. */
static void a_base_that_was_named_outlives_newer_content(void **state)
{
	struct fixture *fixture = *state;
	const struct commit_spec spec = {.path = "a.yaml", .content = "mine", .base = 2};
	struct writer first = {0}, second = {0}, third = {0};

	make_conflict(fixture);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "mine", &first), 0);
	fixture_request(fixture, FAKE_SHOW);
	assert_int_equal(fixture_commit_spec(fixture, &spec, &second), 0);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "newer", &third), 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "newer");
	assert_versions(fixture, 3, 3);
}

/* ---- deletions ---- */

static void a_deletion_after_a_foreign_version_is_refused(void **state)
{
	struct fixture *fixture = *state;

	make_conflict(fixture);
	for (int i = 0; i < 2; i++) { /* also the second time, after the version was seen */
		struct writer writer = {0};

		assert_int_equal(fixture_delete(fixture, "a.yaml", &writer), 0);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(writer.result, -ESTALE);
		assert_versions(fixture, 1, 2);
		assert_error(fixture, "v2");
	}
	assert_int_equal(fixture->service.counts[FAKE_DELETE], 0);
}

static void with_overwrite_a_deletion_asks_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fixture->options.overwrite = true;
	fixture_remount(fixture);
	make_conflict(fixture);
	assert_int_equal(fixture_delete(fixture, "a.yaml", &writer), 0);
	fixture_no_request(fixture, FAKE_SHOW);
	fixture_answer(fixture, FAKE_DELETE, FAKE_TRUTH);
	assert_int_equal(writer.result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(an_update_on_top_of_a_foreign_version_is_refused),
		sync_test(the_text_goes_on_top_of_the_version_that_a_person_names),
		sync_test(a_base_that_a_person_names_need_not_be_seen_before),
		sync_test(a_base_that_is_too_old_or_does_not_exist_is_refused),
		sync_test(a_base_that_was_named_stays),
		sync_test(the_text_of_the_newest_version_is_no_conflict),
		sync_test(attributes_that_others_have_changed_stay),
		sync_test(with_overwrite_nothing_is_asked_before),
		cmocka_unit_test(no_update_is_sent_when_the_service_cannot_be_asked),
		sync_test(an_update_that_is_sent_again_is_checked_again),
		cmocka_unit_test(a_check_before_a_crash_counts_for_nothing),
		sync_test(a_foreign_version_on_top_is_warned_of_and_no_base),
		sync_test(a_foreign_version_between_check_and_update_is_warned_of),
		sync_test(an_update_whose_version_cannot_be_read_was_done),
		sync_test(a_base_whose_text_is_the_newest_is_no_conflict),
		sync_test(a_lost_update_is_found_below_a_foreign_version),
		cmocka_unit_test(a_lost_update_that_may_be_a_version_nobody_sees_is_not_sent_again),
		cmocka_unit_test(a_lost_update_that_was_not_done_overwrites_nobody),
		sync_test(a_lost_update_is_found_after_a_loss_of_power),
		cmocka_unit_test(the_base_of_the_next_submission_is_the_version_before),
		cmocka_unit_test(a_foreign_version_between_the_two_refuses_the_second),
		sync_test(a_base_that_was_named_outlives_newer_content),
		queue_test(a_base_that_was_named_outlives_newer_content),
		sync_test(a_deletion_after_a_foreign_version_is_refused),
		sync_test(with_overwrite_a_deletion_asks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
