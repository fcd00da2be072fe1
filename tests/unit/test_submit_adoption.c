/* SPDX-License-Identifier: MIT */
/*
 * A create adopts a job that the service already has. With adopt=same the job has the same name,
 * project and content; with adopt=name, the same name and project. The binding is durable before
 * anything is sent or answered. A job that another create of this space may have made is never
 * adopted. "theirs" is the text of another client.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "submit/bounds.h"
#include "submit_fixture.h"

/* Mounts again with this rule of adoption, and with max_risk=HIGH. */
static void set_rule(struct fixture *fixture, enum adoption_rule rule)
{
	fixture->options.adopt = rule;
	fixture->options.max_risk = RISK_HIGH;
	fixture_remount(fixture);
}

/* Commits the content of a path, and lets the fake service answer all requests without a fault
 * until nothing is left to do. Returns the writer's result. */
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

static void by_name_a_job_is_taken_and_updated(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *theirs = fake_service_make(&fixture->service, "a", "theirs");

	theirs->named = 1; /* under this rule the version counts as named by a person */
	set_rule(fixture, ADOPT_NAME);
	assert_int_equal(commit_text(fixture, "a.yaml", "mine"), 0);
	assert_has_job(fixture, "a.yaml", theirs->id);
	assert_string_equal(theirs->content[2], "mine");
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
	/* a second path cannot have a job of the same name */
	assert_int_equal(commit_text(fixture, "d/a.yaml", "other"), -EEXIST);
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
}

static void two_jobs_of_one_text_are_refused(void **state)
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

/* The power fails after the writer's answer: the file has the adopted job, and no job is made. */
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

/* The update has left. After a loss of power the file has the job, and the service is asked whether
 * the update was done. */
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

/* The answer of a create is lost. A copy of the file does not adopt the job of that create. */
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

/* Another machine makes the same job between the list before our create and the create. The writer
 * has a success, and coc.warnings names both jobs. */
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
	assert_false(writer.told); /* the list of the second look has no answer yet */
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

		assert_non_null(strstr(job.warnings, theirs->id));
		assert_non_null(strstr(job.warnings, job.job_id));
	}
}

/* ---- which of several jobs is adopted ---- */

static void assert_error_has(struct fixture *fixture, const char *path, const char *words)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, path);

	assert_non_null(job.error);
	if (!strstr(job.error, words))
		fail_msg("\"%s\" is not in: %s", words, job.error);
}

static void give_project(struct fake_job *job, const char *project)
{
	free(job->project);
	job->project = strdup(project);
	assert_non_null(job->project);
}

static void give_name(struct fake_job *job, const char *name)
{
	free(job->name);
	job->name = strdup(name);
	assert_non_null(job->name);
}

/* Two jobs of the service have the file's name. The job with the same content is adopted, in each
 * order of the list. */
static void the_content_decides_between_two_of_the_name(void **state)
{
	(void)state;
	for (int is_first = 0; is_first < 2; is_first++) {
		struct fixture *fixture = fixture_open(false);
		struct fake_job *one =
			fake_service_make(&fixture->service, "a", is_first ? "mine" : "x");
		struct fake_job *two =
			fake_service_make(&fixture->service, "a", is_first ? "x" : "mine");

		set_rule(fixture, ADOPT_NAME);
		assert_int_equal(commit_text(fixture, "a.yaml", "mine"), 0);
		assert_has_job(fixture, "a.yaml", is_first ? one->id : two->id);
		assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
		assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
		fixture_close(fixture);
	}
}

static void two_of_the_name_are_no_choice(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *one = fake_service_make(&fixture->service, "a", "x");
	struct fake_job *two = fake_service_make(&fixture->service, "a", "y");

	set_rule(fixture, ADOPT_NAME);
	assert_int_equal(commit_text(fixture, "a.yaml", "mine"), -EEXIST);
	assert_error_has(fixture, "a.yaml", one->id);
	assert_error_has(fixture, "a.yaml", two->id);
	assert_int_equal(fake_service_count(&fixture->service, false), 2);
}

static void more_than_can_be_compared_are_named_in_part(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < ADOPTION_SHOWS_MAX + 12; i++)
		fake_service_make(&fixture->service, "a", "x");
	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(commit_text(fixture, "a.yaml", "mine"), -EEXIST);
	assert_error_has(fixture, "a.yaml", "too many to be compared");
	assert_error_has(fixture, "a.yaml", " and 2 more");
	assert_int_equal(fixture->service.counts[FAKE_SHOW], ADOPTION_SHOWS_MAX);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
}

/* A job differs from the file in one thing that counts: in its project, in a project that the list
 * leaves out, or in blanks around its name. It is not adopted, and a job is made, with
 * adopt=same and with adopt=name. */
enum other { OTHER_PROJECT, OTHER_PROJECT_UNTOLD, OTHER_BLANKS, OTHERS };

static void a_job_that_differs_is_not_taken(void **state)
{
	(void)state;
	for (int other = 0; other < OTHERS; other++) {
		for (int by_name = 0; by_name < 2; by_name++) {
			struct fixture *fixture = fixture_open(false);
			struct fake_job *theirs = fake_service_make(
				&fixture->service, other == OTHER_BLANKS ? " a" : "a", "same");

			if (other != OTHER_BLANKS)
				give_project(theirs, "theirs");
			if (other == OTHER_PROJECT_UNTOLD)
				fixture->service.flaw = FLAW_NO_PROJECT;
			set_rule(fixture, by_name ? ADOPT_NAME : ADOPT_SAME);
			assert_int_equal(commit_text(fixture, "a.yaml", "same"), 0);
			assert_int_equal(fixture->service.counts[FAKE_CREATE], 1);
			assert_int_equal(theirs->version, 1);
			fixture_close(fixture);
		}
	}
}

/* The job to adopt gets another name between the list and ShowDocument: it is not adopted, and a
 * create makes a job. */
static void a_job_that_was_renamed_meanwhile_is_not_taken(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *theirs = fake_service_make(&fixture->service, "a", "same");
	struct writer writer = {0};

	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "same", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_SHOW);
	give_name(theirs, "b");
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 1);
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* A file whose user asks for a new job gets a new job, also with a rule that adopts by name. */
static void a_new_job_on_demand_is_made(void **state)
{
	struct fixture *fixture = *state;
	const struct commit_spec spec = {.path = "a.yaml", .content = "same", .is_new = true};
	struct writer writer = {0};

	fake_service_make(&fixture->service, "a", "same");
	set_rule(fixture, ADOPT_NAME);
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	assert_int_equal(fake_service_count(&fixture->service, false), 2);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
}

/* ---- a job or a name that another file has ---- */

/* Binds a path to a job in the ledger, as a setfattr of coc.job_id does. */
static void bind_path(struct fixture *fixture, const char *path, const struct fake_job *job)
{
	const struct attr_set attrs = {0};
	const struct owner owner = {0};
	int64_t row;

	assert_int_equal(ledger_ensure(fixture->ledger, path, &owner, &row), 0);
	assert_int_equal(ledger_bind(fixture->ledger, row,
				     &(struct ledger_binding){.job_id = job->id,
							      .versions = {1, 1},
							      .attrs = &attrs}),
			 0);
	fixture->is_due = true;
}

/* Another path gets the job to adopt while its text is asked for: it is not adopted. With
 * adopt=same a job is made, with adopt=name the commit is refused. */
static void a_job_that_is_bound_meanwhile_is_not_taken(void **state)
{
	(void)state;
	for (int by_name = 0; by_name < 2; by_name++) {
		struct fixture *fixture = fixture_open(false);
		struct fake_job *theirs = fake_service_make(&fixture->service, "a", "same");
		struct writer writer = {0};

		set_rule(fixture, by_name ? ADOPT_NAME : ADOPT_SAME);
		assert_int_equal(fixture_commit(fixture, "a.yaml", "same", &writer), 0);
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
		fixture_request(fixture, FAKE_SHOW);
		bind_path(fixture, "d/a.yaml", theirs);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(writer.result, by_name ? -EEXIST : 0);
		assert_int_equal(fixture->service.counts[FAKE_CREATE], !by_name);
		if (by_name)
			assert_error_has(fixture, "a.yaml", theirs->id);
		fixture_close(fixture);
	}
}

static void a_name_that_another_file_is_about_to_make_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct writer first = {0}, second = {0};

	set_rule(fixture, ADOPT_NAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &first), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_CREATE);
	assert_int_equal(fixture_commit(fixture, "d/a.yaml", "two", &second), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(second.result, -EEXIST);
	assert_error_has(fixture, "d/a.yaml", "about to make");
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(first.result, 0);
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
}

/* Two paths have jobs of that name, from a mount with another rule. The error names one of them. */
static void one_of_two_bound_jobs_is_named(void **state)
{
	struct fixture *fixture = *state;

	fixture_make(fixture, "a.yaml", "one");
	fixture_make(fixture, "d/a.yaml", "two");
	set_rule(fixture, ADOPT_NAME);
	assert_int_equal(commit_text(fixture, "e/a.yaml", "three"), -EEXIST);
	assert_error_has(fixture, "e/a.yaml", LIST_FIRST(&fixture->service.jobs)->id);
	assert_int_equal(fake_service_count(&fixture->service, false), 2);
}

/* A job of another path forbids a create of its name (adopt=name) only if name and project are
 * exactly the same. */
static void a_bound_job_that_differs_does_not_keep_the_name(void **state)
{
	(void)state;
	for (int is_renamed = 0; is_renamed < 2; is_renamed++) {
		struct fixture *fixture = fixture_open(false);
		struct fake_job *bound;

		fixture_make(fixture, "d/a.yaml", "one");
		bound = LIST_FIRST(&fixture->service.jobs);
		if (is_renamed)
			give_name(bound, " a");
		else
			give_project(bound, "another");
		set_rule(fixture, ADOPT_NAME);
		assert_int_equal(commit_text(fixture, "a.yaml", "two"), 0);
		assert_int_equal(fake_service_count(&fixture->service, true), 2);
		fixture_close(fixture);
	}
}

/* A job that was forgotten belongs to no file: it forbids no create, and no create adopts it. */
static void a_forgotten_job_does_not_keep_the_name(void **state)
{
	struct fixture *fixture = *state;

	fixture_make(fixture, "d/a.yaml", "one");
	set_rule(fixture, ADOPT_NAME);
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "d/a.yaml");

		assert_int_equal(submit_change(fixture->engine,
					       &(struct submit_change){.kind = CHANGE_FORGET,
								       .row = job.row,
								       .path = "d/a.yaml",
								       .record = &job}),
				 0);
	}
	fixture->is_due = true;
	assert_int_equal(commit_text(fixture, "a.yaml", "one"), 0);
	assert_int_equal(fake_service_count(&fixture->service, true), 2);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
}

/* ---- adoptions that fail ---- */

/* The service gives each of these answers when it is asked for the job's text. If the job is
 * refused or gone, it is not adopted, and a create makes another. After the other answers nothing
 * is sent. */
static void a_text_that_is_not_shown(void **state)
{
	static const struct {
		enum fake_answer answer;
		unsigned creates;
	} rows[] = {
		{FAKE_REFUSED, 1}, {FAKE_GONE, 1},   {FAKE_DENIED, 0},
		{FAKE_LOST, 0},	   {FAKE_UNSENT, 0}, {FAKE_NONSENSE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *fixture = fixture_open(false);
		struct writer writer = {0};

		fake_service_make(&fixture->service, "a", "same");
		set_rule(fixture, ADOPT_SAME);
		assert_int_equal(fixture_commit(fixture, "a.yaml", "same", &writer), 0);
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
		fixture_answer(fixture, FAKE_SHOW, rows[i].answer);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(writer.told, 1);
		assert_int_equal(writer.result == 0, rows[i].creates);
		assert_int_equal(fixture->service.counts[FAKE_CREATE], rows[i].creates);
		assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
		fixture_close(fixture);
	}
}

/* Of two jobs of the name, the service refuses to show the last one. The create adopts the other
 * job, with its newest version. */
static void the_other_job_of_a_hidden_one_is_taken(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct fake_request *show;
	struct fake_job *shown;

	fake_service_make(&fixture->service, "a", "x");
	fake_service_make(&fixture->service, "a", "y");
	set_rule(fixture, ADOPT_NAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "mine", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	show = fixture_request(fixture, FAKE_SHOW);
	shown = fake_service_job(&fixture->service, show->id);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_SHOW, FAKE_REFUSED);
	fake_job_write(shown, "z"); /* the job changes after it was shown first */
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
	assert_has_job(fixture, "a.yaml", shown->id);
	assert_int_equal(shown->version, 3);
	assert_string_equal(shown->content[3], "mine");
}

/* One of three jobs of the name gets a path meanwhile: the error names only the others. */
static void a_job_that_is_bound_meanwhile_is_not_named(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *jobs[3];
	struct writer writer = {0};

	for (int i = 0; i < 3; i++)
		jobs[i] = fake_service_make(&fixture->service, "a", "x");
	set_rule(fixture, ADOPT_NAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "mine", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_SHOW);
	bind_path(fixture, "d/a.yaml", jobs[1]);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, -EEXIST);
	assert_error_has(fixture, "a.yaml", jobs[0]->id);
	assert_error_has(fixture, "a.yaml", jobs[2]->id);
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

		assert_null(strstr(job.error, jobs[1]->id));
	}
}

/* The time of the commit is over before all jobs are compared: no job is made. */
static void what_cannot_be_compared_in_time_makes_no_job(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fake_service_make(&fixture->service, "a", "x");
	fake_service_make(&fixture->service, "a", "same");
	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "same", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_request(fixture, FAKE_SHOW);
	fixture->now_ms += FIXTURE_TIMEOUT_MS + 1;
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_int_equal(writer.result, -ETIMEDOUT);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 1);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
}

/* The request for the text of the job to adopt cannot be started: the commit fails, and no job is
 * made. */
static void a_text_that_cannot_be_asked_for_makes_no_job(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	fake_service_make(&fixture->service, "a", "same");
	set_rule(fixture, ADOPT_SAME);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "same", &writer), 0);
	fixture_request(fixture, FAKE_LIST);
	fixture->service.fail_next = EMFILE;
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(writer.result, -EMFILE);
	assert_int_equal(fixture->service.counts[FAKE_CREATE], 0);
	assert_int_equal(commit_text(fixture, "a.yaml", "same"), 0);
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
}

/* The job to adopt has a risk level that this mount may not write (max_risk): the commit is
 * refused, and the job is not adopted. */
static void max_risk_holds_for_what_is_taken(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *theirs = fake_service_make(&fixture->service, "a", "theirs");

	free(theirs->risk[1]);
	theirs->risk[1] = strdup("HIGH");
	fixture->options.adopt = ADOPT_NAME;
	fixture->options.max_risk = RISK_MEDIUM;
	fixture_remount(fixture);
	assert_int_equal(commit_text(fixture, "a.yaml", "mine"), -EPERM);
	assert_error_has(fixture, "a.yaml", theirs->id);
	assert_int_equal(theirs->version, 1);
	{
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "a.yaml");

		assert_null(job.job_id);
	}
}

/* The disk is full when the job is adopted: the binding is lost with the rest of the iteration. The
 * submission becomes a create again, and adopts the job when there is room. */
static void what_the_disk_has_no_room_for_is_not_taken(void **state)
{
	(void)state;
	for (int queue = 0; queue < 2; queue++) {
		struct fixture *fixture = fixture_open(queue);
		struct fake_job *theirs = fake_service_make(&fixture->service, "a", "theirs");
		struct writer writer = {0};

		set_rule(fixture, ADOPT_NAME);
		assert_int_equal(fixture_commit(fixture, "a.yaml", "mine", &writer), 0);
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
		fixture_request(fixture, FAKE_SHOW);
		fake_disk_fail_writes(ENOSPC);
		fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
		assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
		assert_int_equal(theirs->version, 1);
		fake_disk_fail_writes(0);
		assert_true(fixture_quiesce(fixture));
		if (!queue && writer.result < 0)
			assert_int_equal(commit_text(fixture, "a.yaml", "mine"), 0);
		assert_has_job(fixture, "a.yaml", theirs->id);
		assert_string_equal(theirs->content[theirs->version], "mine");
		assert_int_equal(fake_service_count(&fixture->service, false), 1);
		fixture_close(fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(the_same_text_sends_nothing),
		sync_test(another_text_is_another_job),
		sync_test(by_name_a_job_is_taken_and_updated),
		sync_test(two_jobs_of_one_text_are_refused),
		sync_test(what_was_told_outlives_the_power),
		sync_test(what_was_sent_outlives_the_power),
		sync_test(the_job_of_a_create_in_doubt_is_not_taken),
		sync_test(a_job_of_the_same_moment_is_warned_of),
		cmocka_unit_test(the_content_decides_between_two_of_the_name),
		sync_test(two_of_the_name_are_no_choice),
		sync_test(more_than_can_be_compared_are_named_in_part),
		cmocka_unit_test(a_job_that_differs_is_not_taken),
		sync_test(a_job_that_was_renamed_meanwhile_is_not_taken),
		sync_test(a_new_job_on_demand_is_made),
		cmocka_unit_test(a_job_that_is_bound_meanwhile_is_not_taken),
		sync_test(a_name_that_another_file_is_about_to_make_is_refused),
		sync_test(one_of_two_bound_jobs_is_named),
		cmocka_unit_test(a_bound_job_that_differs_does_not_keep_the_name),
		sync_test(a_forgotten_job_does_not_keep_the_name),
		cmocka_unit_test(a_text_that_is_not_shown),
		sync_test(a_text_that_cannot_be_asked_for_makes_no_job),
		sync_test(the_other_job_of_a_hidden_one_is_taken),
		sync_test(a_job_that_is_bound_meanwhile_is_not_named),
		sync_test(what_cannot_be_compared_in_time_makes_no_job),
		sync_test(max_risk_holds_for_what_is_taken),
		cmocka_unit_test(what_the_disk_has_no_room_for_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
