/* SPDX-License-Identifier: MIT */
/*
 * Tests of the attributes of an update. An attribute that was changed here is sent. Any other keeps
 * the service's present value. max_risk bounds the result. The rule is in job/origins.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "submit/kept_attributes.h"
#include "submit/state.h"
#include "submit_fixture.h"

static struct fake_job *only_job(struct fixture *fixture)
{
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
	return LIST_FIRST(&fixture->service.jobs);
}

/* Another client changes the risk level (NULL: the service does not tell it any more) and the
 * description. */
static void change_job(struct fixture *fixture, const char *risk, const char *description)
{
	struct fake_job *job = only_job(fixture);

	fake_job_write(job, job->content[job->version]);
	free(job->risk[job->version]);
	job->risk[job->version] = risk ? strdup(risk) : NULL;
	free(job->description[job->version]);
	job->description[job->version] = description ? strdup(description) : NULL;
}

static const char *risk_of(struct fixture *fixture)
{
	return only_job(fixture)->risk[only_job(fixture)->version];
}

/* Commits as spec says, and answers all requests truly until nothing is left to do. Returns the
 * refusal of the commit, or the writer's result; 0 if there was nothing to wait for. */
static int commit_to_the_end(struct fixture *fixture, const struct commit_spec *spec)
{
	struct writer writer = {0};
	int r = fixture_commit_spec(fixture, spec, &writer);

	if (r < 0)
		return r;
	assert_true(fixture_quiesce(fixture));
	return writer.told ? writer.result : 0;
}

static int commit_text(struct fixture *fixture, const char *content)
{
	return commit_to_the_end(fixture,
				 &(struct commit_spec){.path = "a.yaml", .content = content});
}

static void assert_held(struct fixture *fixture, enum attr attr, const char *value)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

	if (!attr_same(job.held.value[attr], value))
		fail_msg("held: %s, not %s", job.held.value[attr], value);
}

static void remount(struct fixture *fixture, enum risk max_risk, bool overwrite)
{
	fixture->options.max_risk = max_risk;
	fixture->rules.max_risk = max_risk;
	fixture->options.overwrite = overwrite;
	fixture_remount(fixture);
}

static void a_colleagues_values_stay_and_are_recorded(void **state)
{
	struct fixture *fixture = *state;

	fixture_make(fixture, "a.yaml", "one");
	change_job(fixture, "HIGH", "theirs");
	assert_int_equal(commit_text(fixture, "two"), 0);
	assert_string_equal(risk_of(fixture), "HIGH");
	assert_held(fixture, ATTR_RISK_LEVEL, "HIGH");
	assert_held(fixture, ATTR_DESCRIPTION, "theirs");
	fixture_remount(fixture);
	assert_held(fixture, ATTR_RISK_LEVEL, "HIGH");
	assert_int_equal(commit_text(fixture, "three"), 0);
	assert_string_equal(risk_of(fixture), "HIGH");
}

/* If an answer of the service leaves an attribute of the job out, its value counts as unchanged:
 * the next update sends it. */
static void an_attribute_that_the_answer_leaves_out_is_unchanged(void **state)
{
	struct fixture *fixture = *state;

	fixture_make(fixture, "a.yaml", "one");
	change_job(fixture, "HIGH", NULL);
	assert_int_equal(commit_text(fixture, "two"), 0);
	change_job(fixture, NULL, NULL);
	assert_int_equal(commit_text(fixture, "three"), 0);
	assert_string_equal(risk_of(fixture), "HIGH");
}

/* Nothing in this space gives a risk level: a job that exists keeps the level that the service has,
 * but a new job is refused. */
static void a_job_that_exists_needs_no_level(void **state)
{
	struct fixture *fixture = *state;
	struct commit_spec spec = {.path = "a.yaml", .content = "two", .inherits_nothing = true};

	fixture_make(fixture, "a.yaml", "one"); /* the level comes from the mount's option */
	change_job(fixture, "HIGH", NULL);
	assert_int_equal(commit_to_the_end(fixture, &spec), 0);
	assert_string_equal(risk_of(fixture), "HIGH");
	spec.path = "b.yaml";
	assert_int_equal(commit_to_the_end(fixture, &spec), -ENODATA);
}

/* A user has set a level and removed it, and nothing else gives a level: the write is refused. */
static void a_level_that_is_taken_away_is_asked_for(void **state)
{
	struct fixture *fixture = *state;
	struct commit_spec spec = {.path = "a.yaml", .content = "one", .risk = "MEDIUM"};

	assert_int_equal(commit_to_the_end(fixture, &spec), 0);
	assert_int_equal(kept_disown(fixture->engine, "a.yaml", ATTR_RISK_LEVEL), 1);
	spec = (struct commit_spec){.path = "a.yaml", .content = "two", .inherits_nothing = true};
	assert_int_equal(commit_to_the_end(fixture, &spec), -ENODATA);
	assert_string_equal(risk_of(fixture), "MEDIUM");
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
}

static void a_level_that_stays_above_the_highest_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct commit_spec medium = {.path = "a.yaml", .content = "two", .risk = "MEDIUM"};

	fixture_make(fixture, "a.yaml", "one");
	remount(fixture, RISK_MEDIUM, false);
	change_job(fixture, "HIGH", NULL);
	assert_int_equal(commit_text(fixture, "two"), -EPERM);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
	assert_held(fixture, ATTR_RISK_LEVEL, "HIGH");
	assert_int_equal(commit_to_the_end(fixture, &medium), 0);
	assert_string_equal(risk_of(fixture), "MEDIUM");
}

/* With conflict=overwrite no check is made: the value that was seen last counts, and is not
 * sent. */
static void without_a_check_what_was_seen_last_counts(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct fake_request *update;

	fixture_make(fixture, "a.yaml", "one");
	change_job(fixture, "HIGH", NULL);
	assert_int_equal(commit_text(fixture, "two"), 0);
	remount(fixture, RISK_HIGH, true);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "three", &writer), 0);
	update = fixture_request(fixture, FAKE_UPDATE);
	assert_null(update->risk);
	assert_null(update->description);
	assert_string_equal(update->name, "a");
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	remount(fixture, RISK_MEDIUM, true);
	assert_int_equal(commit_text(fixture, "four"), -EPERM);
	assert_string_equal(risk_of(fixture), "HIGH");
}

/* The newest version cannot be seen after the update: the values that were sent count. */
static void what_was_sent_is_held_when_nobody_tells(void **state)
{
	struct fixture *fixture = *state;
	const struct commit_spec spec = {
		.path = "a.yaml", .content = "two", .risk = "MEDIUM", .description = "mine"};
	struct writer writer = {0};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_UPDATE, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_SHOW, FAKE_LOST);
	assert_true(fixture_quiesce(fixture));
	assert_held(fixture, ATTR_RISK_LEVEL, "MEDIUM");
	assert_held(fixture, ATTR_DESCRIPTION, "mine");
}

/* A comment in the file cannot change the tags of a job that exists: EPERM, and the error names the
 * line. Nor can an attribute of the file. */
static void a_comment_cannot_change_what_is_fixed(void **state)
{
	struct fixture *fixture = *state;
	struct commit_spec spec = {.path = "a.yaml", .content = "# coc.tags: a=1\none"};

	assert_int_equal(commit_to_the_end(fixture, &spec), 0);
	spec.content = "# coc.tags: a=1\ntwo";
	assert_int_equal(commit_to_the_end(fixture, &spec), 0);
	spec.content = "# coc.tags: a=2\ntwo";
	assert_int_equal(commit_to_the_end(fixture, &spec), -EPERM);
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

		assert_int_equal(strncmp(job.error, "1:13: tags cannot change", 24), 0);
	}
	spec = (struct commit_spec){.path = "a.yaml", .content = "two", .tags = "a=3"};
	assert_int_equal(commit_to_the_end(fixture, &spec), -EPERM);
	spec = (struct commit_spec){.path = "a.yaml", .content = "# coc.x: y\n"};
	assert_int_equal(commit_to_the_end(fixture, &spec), -EINVAL);
}

/* If a file sets an empty description, the ledger keeps the empty value for the path. */
static void an_empty_description_of_the_files_own_stays(void **state)
{
	struct fixture *fixture = *state;
	struct commit_spec spec = {.path = "a.yaml", .content = "one", .description = "some"};

	assert_int_equal(commit_to_the_end(fixture, &spec), 0);
	spec.description = "";
	spec.content = "two";
	assert_int_equal(commit_to_the_end(fixture, &spec), 0);
	assert_held(fixture, ATTR_DESCRIPTION, "");
	assert_int_equal(commit_text(fixture, "three"), 0);
	assert_held(fixture, ATTR_DESCRIPTION, "");
}

/* Binds a.yaml to a job of another client. risk: the level that the service told with it; NULL:
 * none. */
static void bind_foreign_job(struct fixture *fixture, const char *risk)
{
	const struct owner owner = {0};
	struct fake_job *job = fake_service_make(&fixture->service, "a", "one");
	struct attr_set attrs = {.value = {[ATTR_RISK_LEVEL] = (char *)risk}};
	const struct ledger_binding binding = {
		.job_id = job->id, .versions = {1, 1}, .attrs = &attrs};
	int64_t row;

	assert_int_equal(ledger_ensure(fixture->engine->ledger, "a.yaml", &owner, &row), 0);
	assert_int_equal(ledger_bind(fixture->engine->ledger, row, &binding), 0);
}

static void what_the_service_does_not_tell_may_be_the_same(void **state)
{
	struct fixture *fixture = *state;
	const struct commit_spec said = {
		.path = "a.yaml",
		.content = "# coc.tags: a=1\n# coc.enterprise_project_id: 7\none"};

	bind_foreign_job(fixture, "HIGH");
	/* the first write sends an update, and for the second nothing has changed */
	for (int i = 0; i < 2; i++)
		assert_int_equal(commit_to_the_end(fixture, &said), 0);
	assert_int_equal(fixture->service.counts[FAKE_UPDATE], 1);
	assert_held(fixture, ATTR_TAGS, NULL);
	assert_held(fixture, ATTR_RISK_LEVEL, "LOW"); /* the job's level now */
}

static void a_level_that_nobody_tells_is_asked_for(void **state)
{
	struct fixture *fixture = *state;
	const struct commit_spec spec = {
		.path = "a.yaml", .content = "two", .inherits_nothing = true};

	bind_foreign_job(fixture, NULL);
	assert_int_equal(commit_to_the_end(fixture, &spec), -ENODATA);
}

static void a_comment_that_does_not_count_is_warned_of(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(commit_text(fixture, "one: 1\n# coc.risk_level: HIGH\n"), 0);
	assert_string_equal(risk_of(fixture), "LOW");
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

		assert_non_null(strstr(job.warnings, "2:1: the comment coc.risk_level"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(a_colleagues_values_stay_and_are_recorded),
		queue_test(a_colleagues_values_stay_and_are_recorded),
		sync_test(an_attribute_that_the_answer_leaves_out_is_unchanged),
		sync_test(a_job_that_exists_needs_no_level),
		sync_test(a_level_that_is_taken_away_is_asked_for),
		sync_test(a_level_that_stays_above_the_highest_is_refused),
		sync_test(without_a_check_what_was_seen_last_counts),
		sync_test(what_was_sent_is_held_when_nobody_tells),
		sync_test(a_comment_cannot_change_what_is_fixed),
		sync_test(what_the_service_does_not_tell_may_be_the_same),
		sync_test(a_level_that_nobody_tells_is_asked_for),
		sync_test(a_comment_that_does_not_count_is_warned_of),
		sync_test(an_empty_description_of_the_files_own_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
