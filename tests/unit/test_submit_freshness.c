/* SPDX-License-Identifier: MIT */
/* Tests: which version of its job does a file have, and when must the service be asked for the
 * newest one? A check asks for a single job; a scan reads the list of all jobs. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "submit/bounds.h"
#include "submit/catalogue.h"
#include "submit/freshness.h"
#include "submit/seen_jobs.h"
#include "submit/show.h"
#include "fake_memory.h"
#include "fake_statements.h"
#include "submit_fixture.h"

#define REFRESH_MS 60000
#define PATH "d/a.yaml"

/* A mount in which the file PATH has a job that was just made. */
static int set_up(void **state)
{
	struct fixture *fixture = fixture_open(false);

	fixture->options.refresh_ms = REFRESH_MS;
	fixture_remount(fixture);
	fixture_make(fixture, PATH, "one");
	*state = fixture;
	return 0;
}

#define fresh_test(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

static struct freshness find(struct fixture *fixture)
{
	struct freshness fresh;

	assert_int_equal(freshness_find(fixture->engine, PATH, &fresh), 0);
	return fresh;
}

static struct fake_job *job_of(struct fixture *fixture)
{
	struct freshness fresh = find(fixture);
	struct fake_job *job = fake_service_job(&fixture->service, fresh.job_id);

	assert_non_null(job);
	return job;
}

static void pass(struct fixture *fixture, int64_t ms)
{
	fixture->now_ms += ms;
	fixture_settle(fixture);
}

/* A caller that asks the service for a version of the job, and the answer that it got. */
struct check {
	bool is_told;
	int result;
	int64_t version;
};

static void on_shown(void *data, int result, const struct shown_job *job)
{
	*(struct check *)data = (struct check){
		.is_told = true, .result = result, .version = job ? job->version : 0};
}

/* Asks for a version of the job (0: the newest), and lets the service give this answer. Returns
 * what the caller got. */
static struct check check_version(struct fixture *fixture, int64_t version, enum fake_answer answer)
{
	struct freshness fresh = find(fixture);
	struct show_waiter *waiter;
	struct check check = {0};

	assert_int_equal(
		show_job(fixture->engine, fresh.job_id, version, on_shown, &check, &waiter), 0);
	fixture_answer(fixture, FAKE_SHOW, answer);
	assert_true(check.is_told);
	return check;
}

static struct check check_job(struct fixture *fixture, enum fake_answer answer)
{
	return check_version(fixture, 0, answer);
}

static void on_scanned(void *data, int result)
{
	*(int *)data = result;
}

/* Makes a scan of the service's jobs, as a reader of .coc/jobs does, with true answers. */
static void scan(struct fixture *fixture)
{
	struct waiter *waiter;
	int result = 1;

	fixture->is_due = true;
	assert_int_equal(catalogue_refresh(fixture->engine, on_scanned, &result, &waiter), 0);
	assert_non_null(waiter);
	while (result > 0)
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(result, 0);
}

static void assert_versions(struct fixture *fixture, int64_t newest, int64_t base, int64_t unread)
{
	struct freshness fresh = find(fixture);

	assert_int_equal(fresh.newest, newest);
	assert_int_equal(fresh.base, base);
	assert_int_equal(fresh.unread, unread);
	assert_int_equal(freshness_version(&fresh), unread ? unread : base);
}

/* ---- when a check is due ---- */

static void what_was_just_made_is_fresh(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture);

	assert_versions(fixture, 1, 1, 0);
	assert_true(fresh.is_settled);
	assert_true(fresh.has_digest);
	assert_false(fresh.is_gone);
	assert_int_equal(fresh.due_ms, REFRESH_MS);
	pass(fixture, REFRESH_MS - 1);
	assert_int_equal(find(fixture).due_ms, 1);
	pass(fixture, 1);
	assert_int_equal(find(fixture).due_ms, 0);
	pass(fixture, REFRESH_MS);
	assert_int_equal(find(fixture).due_ms, 0);
}

static void a_new_mount_has_seen_nothing(void **state)
{
	struct fixture *fixture = *state;

	fixture_remount(fixture);
	assert_int_equal(find(fixture).due_ms, 0);
	assert_int_equal(check_job(fixture, FAKE_TRUTH).version, 1);
	assert_int_equal(find(fixture).due_ms, REFRESH_MS);
}

static void a_job_that_is_gone_stays_so_until_it_is_seen(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = job_of(fixture);
	struct freshness fresh;

	job->gone = true;
	assert_int_equal(check_job(fixture, FAKE_TRUTH).result, -ESTALE);
	fresh = find(fixture);
	assert_true(fresh.is_gone);
	assert_int_equal(fresh.due_ms, REFRESH_MS);
	/* a check without an answer does not mean that the job exists again */
	freshness_again(fixture->engine, &fresh);
	assert_true(find(fixture).is_gone);
	assert_int_equal(find(fixture).due_ms, CHECK_AGAIN_MS);
	job->gone = false;
	pass(fixture, CHECK_AGAIN_MS);
	assert_int_equal(check_job(fixture, FAKE_TRUTH).result, 0);
	assert_false(find(fixture).is_gone);
	assert_int_equal(find(fixture).due_ms, REFRESH_MS);
	freshness_again(fixture->engine, &fresh);
	assert_false(find(fixture).is_gone);
	assert_int_equal(find(fixture).due_ms, CHECK_AGAIN_MS);
}

/* A question for one version is no check of the job: neither its text nor "there is no such
 * version" says which version is the newest. */
static void a_version_that_was_shown_or_is_gone_is_no_check(void **state)
{
	struct fixture *fixture = *state;

	fixture_remount(fixture);
	assert_int_equal(check_version(fixture, 1, FAKE_TRUTH).version, 1);
	assert_int_equal(find(fixture).due_ms, 0);
	assert_int_equal(check_version(fixture, 1, FAKE_GONE).result, -ESTALE);
	assert_false(find(fixture).is_gone);
	assert_int_equal(find(fixture).due_ms, 0);
}

static void an_answer_that_says_nothing_of_the_job_makes_it_no_fresher(void **state)
{
	static const enum fake_answer answers[] = {FAKE_REFUSED, FAKE_DENIED, FAKE_BROKEN,
						   FAKE_LOST};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		fixture_remount(fixture);
		assert_true(check_job(fixture, answers[i]).result < 0);
		assert_false(find(fixture).is_gone);
		assert_int_equal(find(fixture).due_ms, 0);
	}
}

static void after_a_check_in_vain_the_next_one_is_due_soon(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh;

	fixture_remount(fixture);
	fresh = find(fixture);
	freshness_again(fixture->engine, &fresh);
	assert_false(find(fixture).is_gone);
	assert_int_equal(find(fixture).due_ms, CHECK_AGAIN_MS);
	scan(fixture); /* a list has no text, so a scan does not end the wait */
	assert_int_equal(find(fixture).due_ms, CHECK_AGAIN_MS);
	pass(fixture, CHECK_AGAIN_MS);
	assert_int_equal(find(fixture).due_ms, 0);
	pass(fixture, CHECK_AGAIN_MS);
	assert_int_equal(find(fixture).due_ms, 0);
}

static void a_scan_that_lists_the_version_of_the_file_is_a_check(void **state)
{
	struct fixture *fixture = *state;

	fixture_remount(fixture);
	scan(fixture);
	assert_int_equal(find(fixture).due_ms, REFRESH_MS);
	/* after a check, REFRESH_MS begin anew */
	pass(fixture, 1000);
	assert_int_equal(find(fixture).due_ms, REFRESH_MS - 1000);
	check_job(fixture, FAKE_TRUTH);
	assert_int_equal(find(fixture).due_ms, REFRESH_MS);
}

static void a_scan_that_lists_a_newer_version_makes_a_check_due(void **state)
{
	struct fixture *fixture = *state;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct freshness fresh;

	fake_job_write(job_of(fixture), "theirs");
	assert_int_equal(find(fixture).due_ms, REFRESH_MS);
	scan(fixture);
	assert_int_equal(find(fixture).due_ms, 0);
	/* the version was seen, but the file still has the older text */
	fixture_remount(fixture);
	fresh = find(fixture);
	assert_int_equal(freshness_see(fixture->engine, &fresh, 2), 0);
	scan(fixture);
	assert_int_equal(find(fixture).due_ms, 0);
	/* the file has the text of that version */
	assert_int_equal(content_digest("theirs", 6, digest), 0);
	fresh = find(fixture);
	assert_int_equal(freshness_take(fixture->engine, &fresh, 2, digest), 0);
	assert_int_equal(find(fixture).due_ms, REFRESH_MS);
}

/* A scan that lists an older version than the ledger knows is no check: the service's list is
 * behind its jobs. */
static void a_scan_that_lists_an_older_version_is_no_check(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh;

	fixture_remount(fixture);
	scan(fixture);
	fresh = find(fixture);
	assert_int_equal(freshness_same(fixture->engine, &fresh, 2), 0);
	assert_int_equal(find(fixture).due_ms, 0);
}

static void of_many_jobs_the_one_that_is_due_first_is_forgotten(void **state)
{
	struct fixture *fixture = *state;
	struct engine *engine = fixture->engine;
	char id[32] = "";

	seen_jobs_note(engine, "first", true);
	seen_jobs_failed(engine, "last", 10LL * REFRESH_MS);
	assert_true(seen_jobs_find(engine, "first")->is_gone);
	pass(fixture, 1);
	for (int i = 0; i < 4 * SEEN_JOBS; i++) {
		snprintf(id, sizeof(id), "J%d", i);
		seen_jobs_note(engine, id, false);
	}
	assert_null(seen_jobs_find(engine, "first"));
	assert_non_null(seen_jobs_find(engine, "last"));
	assert_true(seen_jobs_find(engine, "last")->has_failed);
	assert_int_equal(seen_jobs_find(engine, id)->due_ms, fixture->now_ms + REFRESH_MS);
	/* a new note replaces the old note of the job, wherever that stands in the table */
	for (int i = 0; i < SEEN_JOBS; i++) {
		snprintf(id, sizeof(id), "J%d", i);
		seen_jobs_note(engine, id, true);
		assert_true(seen_jobs_find(engine, id)->is_gone);
	}
}

/* ---- which version is the newest, which is the base, and which is unread ---- */

static void a_text_that_nobody_has_read_is_no_base(void **state)
{
	struct fixture *fixture = *state;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct freshness fresh = find(fixture);

	assert_int_equal(content_digest("theirs", 6, digest), 0);
	assert_int_equal(freshness_take(fixture->engine, &fresh, 3, digest), 0);
	assert_versions(fixture, 3, 1, 3);
	fresh = find(fixture);
	assert_true(fresh.has_digest);
	assert_memory_equal(fresh.digest, digest, sizeof(digest));
	/* a newer version has the same text, which nobody has read either */
	assert_int_equal(freshness_same(fixture->engine, &fresh, 4), 0);
	assert_versions(fixture, 4, 1, 4);
	fresh = find(fixture);
	assert_int_equal(freshness_read(fixture->engine, &fresh), 0);
	assert_versions(fixture, 4, 4, 0);
	fresh = find(fixture);
	assert_memory_equal(fresh.digest, digest, sizeof(digest));
}

static void a_newer_version_of_the_text_that_was_read_is_the_base(void **state)
{
	struct fixture *fixture = *state;
	struct freshness before = find(fixture), after;

	assert_int_equal(freshness_same(fixture->engine, &before, 2), 0);
	assert_versions(fixture, 2, 2, 0);
	after = find(fixture);
	assert_memory_equal(after.digest, before.digest, sizeof(before.digest));
}

static void a_version_that_was_seen_moves_no_base(void **state)
{
	struct fixture *fixture = *state;
	struct freshness before = find(fixture), fresh;

	assert_int_equal(freshness_see(fixture->engine, &before, 3), 0);
	assert_versions(fixture, 3, 1, 0);
	fresh = find(fixture);
	assert_true(fresh.has_digest);
	assert_memory_equal(fresh.digest, before.digest, sizeof(before.digest));
	/* a late answer with an older version changes nothing */
	assert_int_equal(freshness_see(fixture->engine, &fresh, 2), 0);
	assert_versions(fixture, 3, 1, 0);
}

static void a_base_that_a_person_names_has_no_digest(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture);

	assert_int_equal(freshness_see(fixture->engine, &fresh, 3), 0);
	fresh = find(fixture);
	assert_int_equal(freshness_go_back(fixture->engine, &fresh, 2), 0);
	assert_versions(fixture, 3, 2, 0);
	fresh = find(fixture);
	assert_false(fresh.has_digest);
	assert_int_equal(freshness_see(fixture->engine, &fresh, 4), 0);
	assert_versions(fixture, 4, 2, 0);
	assert_false(find(fixture).has_digest);
}

static void a_row_is_found_as_its_path_is(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture), same, none;

	assert_int_equal(freshness_of_row(fixture->engine, fresh.row, &same), 0);
	assert_string_equal(same.job_id, fresh.job_id);
	assert_int_equal(same.due_ms, fresh.due_ms);
	assert_int_equal(freshness_of_row(fixture->engine, fresh.row + 1, &none), -ENOENT);
	assert_int_equal(freshness_find(fixture->engine, "d/b.yaml", &none), -ENOENT);
}

static void names_that_have_a_job_are_listed(void **state)
{
	struct fixture *fixture = *state;
	char name[NAME_MAX + 1], next[NAME_MAX + 1];

	fixture_make(fixture, "d/c.yaml", "two");
	assert_int_equal(freshness_next_directory(fixture->engine, "", "", name), 0);
	assert_string_equal(name, "d");
	assert_int_equal(freshness_next_directory(fixture->engine, "", "d", name), -ENOENT);
	assert_int_equal(freshness_next_name(fixture->engine, "d", "", name), 0);
	assert_string_equal(name, "a.yaml");
	assert_int_equal(freshness_next_name(fixture->engine, "d", name, next), 0);
	assert_string_equal(next, "c.yaml");
	assert_int_equal(freshness_next_name(fixture->engine, "d", next, name), -ENOENT);
}

/* While an update is under way, the file's text is not settled: it must not be refreshed. This
 * holds from the commit on, before anything is recorded, until the update has ended. */
static void an_update_under_way_is_not_settled(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, PATH, "two", &writer), 0);
	assert_false(find(fixture).is_settled);
	fixture_settle(fixture);
	assert_false(find(fixture).is_settled);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	assert_true(find(fixture).is_settled);
}

/* While a deletion of the job is under way, the file's text is not settled, although the ledger has
 * no record of the deletion before its end. */
static void a_deletion_under_way_is_not_settled(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct freshness none;

	assert_int_equal(fixture_delete(fixture, PATH, &writer), 0);
	assert_false(find(fixture).is_settled);
	fixture_checked(fixture, FAKE_DELETE);
	assert_false(find(fixture).is_settled);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	assert_int_equal(freshness_find(fixture->engine, PATH, &none), -ENOENT);
}

/* ---- the attributes that a check has shown ---- */

static int hold_risk(struct fixture *fixture, const struct freshness *fresh, int64_t version,
		     const char *risk)
{
	const char *const attrs[ATTR_COUNT] = {[ATTR_RISK_LEVEL] = risk};

	return freshness_hold(fixture->engine, fresh, version, attrs);
}

static void assert_held_risk(struct fixture *fixture, const char *risk)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, PATH);

	assert_non_null(job.held.value[ATTR_RISK_LEVEL]);
	assert_string_equal(job.held.value[ATTR_RISK_LEVEL], risk);
}

static void what_the_service_holds_is_recorded(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture);

	assert_int_equal(hold_risk(fixture, &fresh, 2, "HIGH"), 0);
	assert_held_risk(fixture, "HIGH");
	/* the service does not tell the level */
	assert_int_equal(hold_risk(fixture, &fresh, 2, NULL), 0);
	assert_held_risk(fixture, "HIGH");
	assert_int_equal(hold_risk(fixture, &fresh, 2, "HIGH"), 0); /* the same level */
	assert_held_risk(fixture, "HIGH");
	assert_int_equal(hold_risk(fixture, &fresh, 3, "LOW"), 0);
	assert_held_risk(fixture, "LOW");
}

static void what_an_older_version_had_is_not_held(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture);

	assert_int_equal(freshness_see(fixture->engine, &fresh, 3), 0);
	assert_int_equal(hold_risk(fixture, &fresh, 2, "HIGH"), 0);
	assert_held_risk(fixture, "LOW");
}

static void what_another_job_has_is_not_held(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture);

	strcpy(fresh.job_id, "another");
	assert_int_equal(hold_risk(fixture, &fresh, 2, "HIGH"), 0);
	assert_held_risk(fixture, "LOW");
}

/* While the service was asked for the job, a user made the file forget the job. The attributes of
 * the answer are not recorded. */
static void a_file_without_a_job_holds_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture);

	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, PATH);
		const struct submit_change change = {
			.kind = CHANGE_FORGET, .path = PATH, .row = job.row, .record = &job};

		assert_int_equal(submit_change(fixture->engine, &change), 0);
	}
	assert_int_equal(hold_risk(fixture, &fresh, 2, "HIGH"), 0);
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, PATH);

		assert_null(job.job_id);
		assert_true(!job.held.value[ATTR_RISK_LEVEL] ||
			    strcmp(job.held.value[ATTR_RISK_LEVEL], "HIGH") != 0);
	}
}

/* While an update is under way, the attributes that a check has shown are not recorded: the end of
 * the update tells what the job has. */
static void what_an_update_may_change_is_not_held(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture);
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, PATH, "two", &writer), 0);
	fixture_settle(fixture);
	assert_int_equal(hold_risk(fixture, &fresh, 2, "HIGH"), 0);
	assert_held_risk(fixture, "LOW");
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
}

/* ---- statements and allocations that fail ---- */

static void what_the_ledger_cannot_read_or_record_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture), none;

	fake_statements_fail(1);
	assert_true(freshness_find(fixture->engine, PATH, &none) < 0);
	assert_true(fake_statements_work());
	fake_statements_fail(1);
	assert_true(freshness_of_row(fixture->engine, fresh.row, &none) < 0);
	assert_true(fake_statements_work());
	fake_statements_fail(1);
	assert_true(freshness_see(fixture->engine, &fresh, 2) < 0);
	assert_true(fake_statements_work());
	assert_versions(fixture, 1, 1, 0);
}

/* Records a risk level of the job, and lets each statement (or each allocation, of_memory) fail
 * once: then nothing changes. In the end the new level is recorded. */
static void hold_with_failures(struct fixture *fixture, bool of_memory)
{
	struct freshness fresh = find(fixture);
	bool has_failed = true;

	for (uint64_t nth = 1; has_failed; nth++) {
		int r;

		assert_held_risk(fixture, "LOW");
		if (of_memory)
			fake_memory_short(nth);
		else
			fake_statements_fail(nth);
		r = hold_risk(fixture, &fresh, 2, "HIGH");
		if (of_memory)
			fake_memory_enough();
		has_failed = of_memory ? fake_memory_has_failed() : fake_statements_work();
		assert_int_equal(r < 0, has_failed);
		assert_true(nth > 1 || has_failed);
	}
	assert_held_risk(fixture, "HIGH");
}

static void attributes_that_cannot_be_recorded_are_not_held(void **state)
{
	struct fixture *fixture = *state;
	struct freshness fresh = find(fixture);

	hold_with_failures(fixture, false);
	assert_int_equal(hold_risk(fixture, &fresh, 2, "LOW"), 0);
	hold_with_failures(fixture, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fresh_test(what_was_just_made_is_fresh),
		fresh_test(a_new_mount_has_seen_nothing),
		fresh_test(a_job_that_is_gone_stays_so_until_it_is_seen),
		fresh_test(a_version_that_was_shown_or_is_gone_is_no_check),
		fresh_test(an_answer_that_says_nothing_of_the_job_makes_it_no_fresher),
		fresh_test(after_a_check_in_vain_the_next_one_is_due_soon),
		fresh_test(a_scan_that_lists_the_version_of_the_file_is_a_check),
		fresh_test(a_scan_that_lists_a_newer_version_makes_a_check_due),
		fresh_test(a_scan_that_lists_an_older_version_is_no_check),
		fresh_test(of_many_jobs_the_one_that_is_due_first_is_forgotten),
		fresh_test(a_text_that_nobody_has_read_is_no_base),
		fresh_test(a_newer_version_of_the_text_that_was_read_is_the_base),
		fresh_test(a_version_that_was_seen_moves_no_base),
		fresh_test(a_base_that_a_person_names_has_no_digest),
		fresh_test(a_row_is_found_as_its_path_is),
		fresh_test(names_that_have_a_job_are_listed),
		fresh_test(an_update_under_way_is_not_settled),
		fresh_test(a_deletion_under_way_is_not_settled),
		fresh_test(what_the_service_holds_is_recorded),
		fresh_test(what_an_older_version_had_is_not_held),
		fresh_test(what_another_job_has_is_not_held),
		fresh_test(a_file_without_a_job_holds_nothing),
		fresh_test(what_an_update_may_change_is_not_held),
		fresh_test(what_the_ledger_cannot_read_or_record_is_told),
		fresh_test(attributes_that_cannot_be_recorded_are_not_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
