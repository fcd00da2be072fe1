/* SPDX-License-Identifier: MIT */
/*
 * Each story runs many times: in each run another allocation of a submission fails, or another
 * statement of the ledger. Nothing is lost or doubled, and no submission stays under way or queued.
 * When everything works again and the writer writes again, there is one job with the written
 * content (none after a deletion).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_memory.h"
#include "fake_statements.h"
#include "submit_fixture.h"

#define STEPS_MAX 300	  /* steps of a story, at most */
#define FAILURES_MAX 2000 /* more operations than any story has */

static bool end_shortage(void)
{
	fake_memory_enough();
	return fake_memory_has_failed();
}

/* A kind of fault: begin() lets the nth operation of this kind fail. */
static const struct failure {
	const char *name;
	void (*begin)(uint64_t nth);
	bool (*end)(void); /* returns whether the fault happened */
} allocation = {"allocations", fake_memory_short, end_shortage},
  statement = {"statements", fake_statements_fail, fake_statements_work};

struct story {
	const char *name;
	bool queue;
	const char *before; /* the content of the job before, NULL: no job */
	bool is_lost;	    /* the answer to the first request that changes something is lost */
	bool is_done;	    /* with is_lost: the service has performed that request */
	bool remounts;	    /* mounts again while the submission is in doubt */
	bool removes;	    /* deletes the job */
	bool foreign;	    /* another machine has jobs of the same name, but not the content */
};

static const struct story stories[] = {
	{.name = "a create"},
	{.name = "an update", .before = "zero"},
	{.name = "a deletion", .before = "zero", .removes = true},
	{.name = "a queued create", .queue = true},
	{.name = "a queued update", .queue = true, .before = "zero"},
	{.name = "a lost create", .is_lost = true, .is_done = true},
	{.name = "a lost create that was not done", .is_lost = true},
	{.name = "a lost queued create", .queue = true, .is_lost = true},
	{.name = "a lost create beside others", .is_lost = true, .is_done = true, .foreign = true},
	{.name = "a lost update", .before = "zero", .is_lost = true, .is_done = true},
	{.name = "a lost queued update", .queue = true, .before = "zero", .is_lost = true},
	{.name = "a lost deletion", .before = "zero", .removes = true, .is_lost = true},
	{.name = "a crash in doubt", .is_lost = true, .is_done = true, .remounts = true},
	{.name = "a crash with a queue", .queue = true, .is_lost = true, .remounts = true},
};

/* Makes a step of a story. If the story wants that, the answer of its first create, update or
 * delete is lost. Returns whether there was something to do. */
static bool step_with_loss(struct fixture *fixture, const struct story *story, bool *is_lost)
{
	static const enum fake_kind changes[] = {FAKE_CREATE, FAKE_UPDATE, FAKE_DELETE};

	for (int i = 0; story->is_lost && !*is_lost && i < 3; i++) {
		struct fake_request *request = fake_service_find(&fixture->service, changes[i]);

		if (!request)
			continue;
		if (story->is_done)
			fake_request_perform(request);
		fake_request_answer(request, FAKE_LOST);
		*is_lost = true;
		return true;
	}
	return fixture_step(fixture);
}

static int begin_story(struct fixture *fixture, const struct story *story, struct writer *writer)
{
	return story->removes ? fixture_delete(fixture, "a.yaml", writer)
			      : fixture_commit(fixture, "a.yaml", "one", writer);
}

/* Fails the test if a submission stays under way or queued forever after the fault. A submission in
 * doubt must end when the jobs of other machines are deleted. Then, unless the story deletes the
 * job, writes a.yaml again: it must have the only job that was made here. */
static void check_end(struct fixture *fixture, const struct story *story,
		      const struct writer *writer)
{
	struct writer again = {0};
	struct fake_job *job;

	if (!fixture_quiesce(fixture)) { /* in doubt: a person deletes the other jobs */
		LIST_FOREACH (job, &fixture->service.jobs, link)
			job->gone |= !job->made_by;
		assert_true(fixture_quiesce(fixture));
	}
	if (story->removes)
		return;
	if (writer->told && writer->result == 0)
		fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &again), 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	assert_int_equal(fake_service_count(&fixture->service, true), 1);
}

/* Runs a story (what) in which the nth operation of the kind `failure` fails. Returns whether there
 * was an nth operation. */
static bool tell_story(const void *what, const struct failure *failure, uint64_t nth)
{
	const struct story *story = what;
	struct fixture *fixture = fixture_open(story->queue);
	struct writer writer = {0};
	bool is_lost = false, has_remounted = false, has_failed;

	if (story->foreign)
		for (int i = 0; i < 3; i++)
			fake_service_make(&fixture->service, "a", "other");
	if (story->before)
		fixture_make(fixture, "a.yaml", story->before);
	failure->begin(nth);
	begin_story(fixture, story, &writer);
	for (int i = 0; i < STEPS_MAX && step_with_loss(fixture, story, &is_lost); i++) {
		while (!TAILQ_EMPTY(&fixture->service.late))
			fake_request_forget(TAILQ_FIRST(&fixture->service.late));
		if (story->remounts && is_lost && !has_remounted &&
		    !fake_service_find(&fixture->service, FAKE_CREATE)) {
			fake_memory_pause();
			fixture_stop(fixture, false, NULL, NULL);
			fake_memory_resume(true);
			if (fixture_start(fixture) < 0) { /* the mount is refused */
				fake_memory_pause();
				fixture_end_mount(fixture);
				assert_int_equal(fixture_start(fixture), 0);
				fake_memory_resume(true);
			}
			has_remounted = true;
		}
	}
	has_failed = failure->end();
	check_end(fixture, story, &writer);
	fixture_close(fixture);
	return has_failed;
}

/* ---- acts beside a plain submission: refusals, renames, attributes, backups, adoptions ---- */

/* A scene: one act, or a few in a row. Then everything goes on by itself. */
struct scene {
	const char *name;
	void (*prepare)(struct fixture *fixture);
	int (*act)(struct fixture *fixture, struct writer *writer);
	/* result: of the writer, or of act if the writer got none; is_kept: no allocation has
	 * failed, so a refusal must be recorded */
	void (*check)(struct fixture *fixture, int result, bool is_kept);
};

#define DOCUMENT "meta:\n  name: other\nsteps:\n  - name: x\n" /* is accepted with a warning */

static void make_zero(struct fixture *fixture)
{
	fixture_make(fixture, "a.yaml", "zero");
}

static void write_again(struct fixture *fixture, const char *path, unsigned jobs)
{
	fixture->rules.validate = DSL_NONE;
	fixture_make(fixture, path, "one");
	assert_int_equal(fake_service_count(&fixture->service, true), jobs);
}

/* Fails the test unless the newest refusal of a path is recorded: at once, or when the ledger can
 * be written again. */
static void check_refusal(struct fixture *fixture, const char *path, int result)
{
	struct job_record job;

	for (int i = 0; i < 4; i++)
		fixture_pass(fixture, 10000);
	job = fixture_job(fixture, path);
	assert_int_equal(job.errnum, -result);
	assert_non_null(job.error);
	job_record_finish(&job);
}

static int commit_refused(struct fixture *fixture, struct writer *writer)
{
	fixture->rules.validate = DSL_YAML;
	return fixture_commit(fixture, "a.yaml", "a: [", writer);
}

static void check_refused(struct fixture *fixture, int result, bool is_kept)
{
	struct fake_job *job = LIST_FIRST(&fixture->service.jobs);

	assert_true(result < 0);
	assert_int_equal(job->version, 1);
	if (is_kept)
		check_refusal(fixture, "a.yaml", result);
	write_again(fixture, "a.yaml", 1);
}

static int refuse_half(struct fixture *fixture, struct writer *writer)
{
	const struct author author = {0};
	struct err err;

	(void)writer;
	err_set(&err, EINTR, "its writer was killed");
	fixture->is_due = true;
	return submit_refuse(fixture->engine, "a.yaml", &author, true, &err);
}

static void check_half(struct fixture *fixture, int result, bool is_kept)
{
	struct job_record job;

	assert_int_equal(result, -EINTR);
	if (is_kept) {
		check_refusal(fixture, "a.yaml", result);
		job = fixture_job(fixture, "a.yaml");
		assert_true(job.incomplete);
		job_record_finish(&job);
	}
	write_again(fixture, "a.yaml", 1);
}

/* Marks a.yaml as a name without a file, and refuses a content for it: the ledger lists such a
 * refusal separately. Returns the result of the refusal, or of the mark if that fails. */
static int refuse_unmade(struct fixture *fixture, struct writer *writer)
{
	static const struct owner owner;
	int r = submit_change(fixture->engine, &(struct submit_change){.kind = CHANGE_MARK_UNMADE,
								       .path = "a.yaml",
								       .owner = &owner});

	fixture->is_due = true;
	return r < 0 ? r : commit_refused(fixture, writer);
}

static void check_unmade(struct fixture *fixture, int result, bool is_kept)
{
	struct job_record job;
	struct job_unmade next;

	assert_true(result < 0);
	if (is_kept && fixture->engine->metrics.refusals) {
		check_refusal(fixture, "a.yaml", result);
		job = fixture_job(fixture, "a.yaml");
		assert_true(job.unmade);
		job_record_finish(&job);
		assert_int_equal(submit_next_unmade(fixture->engine, "", 0, &next), 0);
	}
	write_again(fixture, "a.yaml", 1);
}

static int was_renamed(void *data, struct job_rename *rename)
{
	(void)rename;
	return *(bool *)data;
}

/* Renames a.yaml to b.yaml as fs/space does: the ledger records its beginning and its end, and
 * saves. Returns the result of the beginning: without an error the spool has moved the file. */
static int rename_file(struct fixture *fixture, struct writer *writer)
{
	struct job_rename rename = {.from = "a.yaml", .to = "b.yaml", .ino = 1};
	int r = submit_rename(fixture->engine, RENAME_BEGIN, &rename);

	(void)writer;
	fixture->is_due = true;
	if (r == 0 && submit_rename(fixture->engine, RENAME_DONE, &rename) == 0)
		submit_rename(fixture->engine, RENAME_SAVE, &rename);
	return r;
}

static void check_renamed(struct fixture *fixture, int result, bool is_kept)
{
	const char *path = result == 0 ? "b.yaml" : "a.yaml";
	bool was_done = result == 0;

	(void)is_kept;
	assert_int_equal(submit_settle_renames(fixture->engine, was_renamed, &was_done), 0);
	fixture->witness = (struct spool_witness){.was_renamed = was_renamed, .data = &was_done};
	fixture_remount(fixture);
	fixture_assert_held(fixture, path, "zero");
	assert_int_equal(
		submit_ask(fixture->engine, PATH_HAS_ROWS, result == 0 ? "a.yaml" : "b.yaml"), 0);
	write_again(fixture, path, 1);
}

static void check_forgotten(struct fixture *fixture, int result, bool is_kept)
{
	(void)is_kept;
	assert_int_equal(submit_ask(fixture->engine, PATH_HAS_JOB, "a.yaml"), result < 0);
	if (result < 0)
		fixture_assert_held(fixture, "a.yaml", "zero");
	write_again(fixture, "a.yaml", result < 0 ? 1 : 2);
}

/* Makes a.yaml and its job, with attributes that are set on the file: risk level HIGH and a
 * description. */
static void make_high(struct fixture *fixture)
{
	struct writer writer = {0};
	const struct commit_spec spec = {.path = "a.yaml",
					 .content = "zero",
					 .risk = "HIGH",
					 .description = "secret",
					 .user = 1001};

	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	assert_true(fixture_quiesce(fixture));
}

static int commit_one(struct fixture *fixture, struct writer *writer)
{
	return fixture_commit(fixture, "a.yaml", "one", writer);
}

/* Makes one more commit, as an editor that replaces its file by another. Fails the test unless all
 * versions of the job have risk level HIGH and the description. */
static void check_high(struct fixture *fixture, int result, bool is_kept)
{
	struct fake_job *job = LIST_FIRST(&fixture->service.jobs);

	(void)result;
	(void)is_kept;
	write_again(fixture, "a.yaml", 1);
	for (int version = 1; version <= job->version; version++) {
		assert_string_equal(job->risk[version], "HIGH");
		assert_string_equal(job->description[version], "secret");
	}
}

static int take_attribute(struct fixture *fixture, struct writer *writer)
{
	int r = submit_change(fixture->engine, &(struct submit_change){.kind = CHANGE_DISOWN,
								       .path = "a.yaml",
								       .attr = ATTR_RISK_LEVEL});

	fixture->is_due = true;
	if (r == 1)
		r = commit_one(fixture, writer);
	return r;
}

static void check_low(struct fixture *fixture, int result, bool is_kept)
{
	struct fake_job *job = LIST_FIRST(&fixture->service.jobs);

	(void)is_kept;
	/* if the removal of the level succeeded, the update was sent without the level */
	if (result == 0 && job->version > 1)
		assert_string_equal(job->risk[job->version], "LOW");
	write_again(fixture, "a.yaml", 1);
}

static int commit_of_another(struct fixture *fixture, struct writer *writer)
{
	const struct commit_spec spec = {
		.path = "a.yaml", .content = "one", .user = 1002, .without_text = true};

	return fixture_commit_spec(fixture, &spec, writer);
}

static void check_no_text(struct fixture *fixture, int result, bool is_kept)
{
	struct fake_job *job = LIST_FIRST(&fixture->service.jobs);
	struct writer writer = {0};

	(void)result;
	(void)is_kept;
	assert_int_equal(commit_of_another(fixture, &writer), 0);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
	for (int version = 2; version <= job->version; version++) {
		assert_string_equal(job->risk[version], "HIGH");
		assert_true(!job->description[version] || !*job->description[version]);
	}
}

static void make_refused(struct fixture *fixture)
{
	struct writer writer = {0};

	make_zero(fixture);
	assert_int_equal(commit_refused(fixture, &writer), -EINVAL);
	fixture_settle(fixture);
	fixture->rules.validate = DSL_NONE;
}

static void check_overwritten(struct fixture *fixture, int result, bool is_kept)
{
	struct job_record job;

	(void)result;
	(void)is_kept;
	write_again(fixture, "a.yaml", 1);
	job = fixture_job(fixture, "a.yaml");
	assert_null(job.error);
	job_record_finish(&job);
}

/* Makes a.yaml a backup: its job goes to b.yaml, whose old file is a.yaml now. */
static void make_backup(struct fixture *fixture)
{
	const struct job_backup backup = {.path = "a.yaml"};
	struct job_record job;

	make_zero(fixture);
	job = fixture_job(fixture, "a.yaml");
	assert_int_equal(
		submit_change(fixture->engine, &(struct submit_change){.kind = CHANGE_GIVE_BACK,
								       .row = job.row,
								       .path = "b.yaml",
								       .backup = &backup}),
		0);
	job_record_finish(&job);
}

static void check_backup(struct fixture *fixture, int result, bool is_kept)
{
	struct job_record job;

	(void)result;
	(void)is_kept;
	write_again(fixture, "a.yaml", 2);
	job = fixture_job(fixture, "a.yaml");
	assert_false(job.backup);
	job_record_finish(&job);
	fixture_assert_held(fixture, "b.yaml", "zero");
}

static int commit_odd(struct fixture *fixture, struct writer *writer)
{
	fixture->rules.validate = DSL_DSL;
	return fixture_commit(fixture, "a.yaml", DOCUMENT, writer);
}

static void check_warned(struct fixture *fixture, int result, bool is_kept)
{
	struct job_record job;

	(void)is_kept;
	fixture_make(fixture, "a.yaml", DOCUMENT);
	job = fixture_job(fixture, "a.yaml");
	assert_non_null(job.warnings);
	job_record_finish(&job);
	if (result < 0)
		assert_int_equal(fake_service_count(&fixture->service, true), 1);
	write_again(fixture, "a.yaml", 1);
}

/* Changes a row and saves the change. Then the change is recorded, or the caller got an error. */
static int change_row(struct fixture *fixture, enum submit_change_kind kind)
{
	struct job_record job = {0};
	int r = submit_find(fixture->engine, "a.yaml", &job);

	fixture->is_due = true;
	if (r == 0)
		r = submit_change(fixture->engine, &(struct submit_change){.kind = kind,
									   .row = job.row,
									   .path = "a.yaml",
									   .record = &job});
	job_record_finish(&job);
	return r < 0 ? r : submit_save(fixture->engine);
}

static int forget(struct fixture *fixture, struct writer *writer)
{
	(void)writer;
	return change_row(fixture, CHANGE_FORGET);
}

static int end_story(struct fixture *fixture, struct writer *writer)
{
	(void)writer;
	return change_row(fixture, CHANGE_END_STORY);
}

static int drop_backup(struct fixture *fixture, struct writer *writer)
{
	(void)writer;
	return change_row(fixture, CHANGE_DROP_BACKUP);
}

static void refuse_new(struct fixture *fixture)
{
	struct writer writer = {0};

	assert_int_equal(commit_refused(fixture, &writer), -EINVAL);
	fixture_settle(fixture);
}

static void check_row(struct fixture *fixture, int result, bool is_kept)
{
	(void)is_kept;
	assert_int_equal(submit_ask(fixture->engine, PATH_HAS_ROWS, "a.yaml"), result < 0);
}

/* Mounts with this rule of adoption, and makes a job of the name "a" as another machine would do:
 * a.yaml may adopt it. */
static void offer_job(struct fixture *fixture, enum adoption_rule rule, const char *content)
{
	fixture->options.adopt = rule;
	fixture_remount(fixture);
	fixture_settle(fixture);
	fake_service_make(&fixture->service, "a", content);
}

static void offer_name(struct fixture *fixture)
{
	offer_job(fixture, ADOPT_NAME, "theirs");
}

static void offer_same(struct fixture *fixture)
{
	offer_job(fixture, ADOPT_SAME, "one");
}

static void check_taken(struct fixture *fixture, int result, bool is_kept)
{
	(void)is_kept;
	if (result == 0)
		fixture_assert_held(fixture, "a.yaml", "one");
	write_again(fixture, "a.yaml", 0);
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
}

/* Gives another path, d/a.yaml, a job of the name "a", and mounts with adopt=name: a.yaml must not
 * get a second one. */
static void keep_name(struct fixture *fixture)
{
	fixture_make(fixture, "d/a.yaml", "zero");
	fixture->options.adopt = ADOPT_NAME;
	fixture_remount(fixture);
	fixture_settle(fixture);
}

static void check_name_kept(struct fixture *fixture, int result, bool is_kept)
{
	(void)is_kept;
	assert_true(result < 0);
	fixture_assert_held(fixture, "d/a.yaml", "zero");
	assert_int_equal(fake_service_count(&fixture->service, false), 1);
}

static const struct scene scenes[] = {
	{"a refused commit", make_zero, commit_refused, check_refused},
	{"half a file", NULL, refuse_half, check_half},
	{"a refusal of a name without a file", NULL, refuse_unmade, check_unmade},
	{"a rename", make_zero, rename_file, check_renamed},
	{"a binding that is forgotten", make_zero, forget, check_forgotten},
	{"a story that ends", refuse_new, end_story, check_row},
	{"a backup that has left its name", make_backup, drop_backup, check_row},
	{"attributes that a name has kept", make_high, commit_one, check_high},
	{"an attribute that is taken away", make_high, take_attribute, check_low},
	{"a commit of another user", make_high, commit_of_another, check_no_text},
	{"a commit after a refusal", make_refused, commit_one, check_overwritten},
	{"a commit of a backup", make_backup, commit_one, check_backup},
	{"a commit with warnings", NULL, commit_odd, check_warned},
	{"a job that is taken by its name", offer_name, commit_one, check_taken},
	{"a job that is taken by its content", offer_same, commit_one, check_taken},
	{"a name that another file has", keep_name, commit_one, check_name_kept},
};

static bool play_scene(const void *what, const struct failure *failure, uint64_t nth)
{
	const struct scene *scene = what;
	struct fixture *fixture = fixture_open(false);
	struct writer writer = {0};
	bool has_failed;
	int r;

	if (scene->prepare)
		scene->prepare(fixture);
	failure->begin(nth);
	r = scene->act(fixture, &writer);
	for (int i = 0; i < STEPS_MAX && fixture_step(fixture); i++)
		;
	has_failed = failure->end();
	assert_true(fixture_quiesce(fixture));
	if (writer.told)
		r = writer.result;
	assert_null(writer.waiter);
	scene->check(fixture, r, failure != &allocation || !has_failed);
	fixture_close(fixture);
	return has_failed;
}

static void fail_each(const char *name, const struct failure *failure,
		      bool (*tell)(const void *what, const struct failure *failure, uint64_t nth),
		      const void *what, int least)
{
	uint64_t nth = 1;

	while (tell(what, failure, nth))
		assert_true(nth++ < FAILURES_MAX);
	print_message("%s: %d %s\n", name, (int)nth - 1, failure->name);
	assert_true((int)nth > least);
}

static void tell_all(const struct failure *failure)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		fail_each(stories[i].name, failure, tell_story, &stories[i], 5);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		fail_each(scenes[i].name, failure, play_scene, &scenes[i], failure == &statement);
}

static void each_allocation_can_fail(void **state)
{
	(void)state;
	tell_all(&allocation);
}

static void each_statement_can_fail(void **state)
{
	(void)state;
	tell_all(&statement);
}

static bool sees_all(void *data, struct job_pending *row)
{
	(void)data;
	(void)row;
	return strcmp(row->path, "c.yaml") != 0;
}

static int write_queue(struct fixture *fixture, struct buf *text)
{
	struct queue_listing listing = {.may_see = sees_all};
	int r;

	while ((r = submit_write_queue(fixture->engine, &listing, text)) > 0)
		;
	return r;
}

static int write_metrics(struct fixture *fixture, struct buf *text)
{
	struct queued_count queued = {0};
	int r;

	while ((r = submit_write_metrics(fixture->engine, &queued, text)) > 0)
		;
	return r;
}

/* Writes a text into a buffer of `room` bytes that cannot grow. Returns the result of write. */
static int write_within(struct fixture *fixture, size_t room,
			int (*write)(struct fixture *fixture, struct buf *text))
{
	struct buf text = {.data = fake_memory_zeroed(room), .room = room};
	int r;

	fake_memory_short(1);
	r = write(fixture, &text);
	fake_memory_enough();
	buf_finish(&text);
	return r;
}

/* Memory ends at each place in a text: the reader gets an error, and no part of the text. */
static void a_text_that_finds_no_memory_is_none(void **state)
{
	static int (*const writes[])(struct fixture * fixture, struct buf * text) = {write_queue,
										     write_metrics};
	static const char *const paths[] = {"a.yaml", "b.yaml", "c.yaml"};
	struct fixture *fixture = fixture_open(true);
	struct writer writers[3] = {{0}};

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(fixture_commit(fixture, paths[i], "one", &writers[i]), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_BUSY);
	for (int i = 0; i < 2; i++) {
		struct buf whole = {0};

		assert_int_equal(writes[i](fixture, &whole), 0);
		assert_true(whole.size > 100);
		for (size_t room = 1; room <= whole.size; room++)
			assert_int_equal(write_within(fixture, room, writes[i]), -ENOMEM);
		buf_finish(&whole);
	}
	fixture_close(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_can_fail),
		cmocka_unit_test(each_statement_can_fail),
		cmocka_unit_test(a_text_that_finds_no_memory_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
