/* SPDX-License-Identifier: MIT */
/* Tests: what is concluded about a lost create from the lists and jobs that the service shows? */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "submit_fixture.h"

/* longer than it takes until a missing job counts as not made */
#define LONG_MS 180000

/* After the create was done and its answer was lost: what the service answers (list, show, flaw),
 * and what others have made of the job (name to description). state: that of the file at the end.
 */
struct scene {
	const char *what;
	enum fake_answer list, show;
	enum fake_flaw flaw;
	const char *name, *project, *content, *risk, *description; /* NULL: as sent */
	enum job_state state;
};

static void change_text(char **text, const char *changed)
{
	if (!changed)
		return;
	free(*text);
	*text = strdup(changed);
	assert_non_null(*text);
}

static void change_job(struct fake_job *job, const struct scene *scene)
{
	change_text(&job->name, scene->name);
	change_text(&job->project, scene->project);
	change_text(&job->content[1], scene->content);
	change_text(&job->risk[1], scene->risk);
	change_text(&job->description[1], scene->description);
}

/* Answers each ListDocuments and each ShowDocument as the scene says, until LONG_MS have passed or
 * no submission is unfinished (or after 1000 steps). */
static void ask_for_long(struct fixture *fixture, const struct scene *scene)
{
	int64_t passed_ms = 0;

	for (int steps = 0; passed_ms < LONG_MS && steps < 1000; steps++) {
		struct fake_request *list, *show;

		fixture_settle(fixture);
		list = fake_service_find(&fixture->service, FAKE_LIST);
		show = fake_service_find(&fixture->service, FAKE_SHOW);
		if (list)
			fake_request_answer(list, scene->list);
		else if (show)
			fake_request_answer(show, scene->show);
		else
			passed_ms += fixture_pass(fixture, LONG_MS);
		if (!list && !show && !fixture_has_work(fixture))
			break;
	}
}

static void play(struct fixture *fixture, const struct scene *scene)
{
	struct writer writer = {0};
	struct job_record job;
	struct fake_request *create;

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one two\n", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	create = fixture_request(fixture, FAKE_CREATE);
	fake_request_perform(create);
	change_job(create->job, scene);
	fixture_answer(fixture, FAKE_CREATE, FAKE_LOST);
	fixture->service.flaw = scene->flaw;
	ask_for_long(fixture, scene);
	job = fixture_job(fixture, "a.yaml");
	if (job.state != scene->state || fixture->service.counts[FAKE_CREATE] != 1 ||
	    (scene->state == JOB_SUBMITTED) != (job.job_id != NULL))
		fail_msg("%s: state %d, %s", scene->what, job.state,
			 job.job_id ? job.job_id : "no job");
	job_record_finish(&job);
}

static void each_scene_ends_as_it_must(void **state)
{
	static const struct scene scenes[] = {
		{"the job as it was made", .state = JOB_SUBMITTED},
		{"a job of another content", .content = "three", .state = JOB_FAILED},
		/* the lists get these answers, or have these flaws */
		{"a list that is none", .list = FAKE_NONSENSE, .state = JOB_IN_DOUBT},
		{"a list that is refused", .list = FAKE_REFUSED, .state = JOB_IN_DOUBT},
		{"a list of what is gone", .list = FAKE_GONE, .state = JOB_IN_DOUBT},
		{"a list that fails", .list = FAKE_BROKEN, .state = JOB_IN_DOUBT},
		{"a list that does not come", .list = FAKE_LOST, .state = JOB_IN_DOUBT},
		{"no total", .flaw = FLAW_NO_TOTAL, .state = JOB_IN_DOUBT},
		{"a row that tells no job", .flaw = FLAW_UNUSABLE_ROW, .state = JOB_IN_DOUBT},
		{"no projects", .flaw = FLAW_NO_PROJECT, .state = JOB_SUBMITTED},
		/* the ShowDocuments get these answers */
		{"a show that says gone", .show = FAKE_GONE, .state = JOB_IN_DOUBT},
		{"a show that is none", .show = FAKE_NONSENSE, .state = JOB_IN_DOUBT},
		{"a show that is refused", .show = FAKE_REFUSED, .state = JOB_IN_DOUBT},
		{"a show that is not allowed", .show = FAKE_DENIED, .state = JOB_IN_DOUBT},
		{"a show that fails", .show = FAKE_BROKEN, .state = JOB_IN_DOUBT},
		/* others have changed the job so */
		{"another project", .project = "p9", .state = JOB_IN_DOUBT},
		{"another project and content", .project = "p9", .content = "three",
		 .state = JOB_FAILED},
		{"another risk level", .risk = "low", .state = JOB_IN_DOUBT},
		{"another description", .description = "x", .state = JOB_IN_DOUBT},
		{"other line ends", .content = "one two\r\n", .state = JOB_IN_DOUBT},
		{"no line end", .content = "one two", .state = JOB_IN_DOUBT},
		{"a byte order mark", .content = "\xef\xbb\xbfone two\n", .state = JOB_IN_DOUBT},
		{"a name with blanks", .name = " a ", .state = JOB_IN_DOUBT},
		/* a job of another name counts as not found; docs/submission.md says why */
		{"another name", .name = "aa", .state = JOB_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		struct fixture *fixture = fixture_open(false);

		play(fixture, &scenes[i]);
		fixture_close(fixture);
	}
}

/* The create is answered with the ID of a job that the question before it has listed, under another
 * name. That job is older, so the answer is not believed: the file does not get it. */
static void an_id_that_was_listed_is_no_answer(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *foreign = fake_service_make(&fixture->service, "a, by others", "one");
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_answer_id(fixture_request(fixture, FAKE_CREATE), foreign->id);
	fixture_settle(fixture);
	assert_int_not_equal(writer.result, 0);
	assert_int_equal(ledger_is_bound(fixture->ledger, foreign->id), 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(ledger_is_bound(fixture->ledger, foreign->id), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_scene_ends_as_it_must),
		sync_test(an_id_that_was_listed_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
