/* SPDX-License-Identifier: MIT */
/* Tests of imports: a job of the service that no path here has gets a file in the root of the
 * mount, but not with jobs=own. When does a job get its file, and when does it lose the file? */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ledger/imports.h"
#include "submit/bounds.h"
#include "submit/catalogue.h"
#include "submit/imports.h"
#include "submit/imports_state.h"
#include "fake_memory.h"
#include "fake_statements.h"
#include "submit_fixture.h"

#define REFRESH_MS 60000
#define FILES_MAX 1100

/* The root of the spool in these tests: a list of the files of imports, in memory. */
static struct root {
	char *names[FILES_MAX];
	bool changed[FILES_MAX]; /* a user has written to the file */
	size_t n;
	unsigned made;
	int fails;   /* the result of making a file: 0 or a negative errno */
	int blind;   /* the result of looking for a file: 0 or a negative errno */
	int stuck;   /* the result of removing a file: 0 or a negative errno */
	bool looked; /* a user has listed the root */
} root;

static size_t find_file(const char *name)
{
	size_t i = 0;

	while (i < root.n && strcmp(root.names[i], name))
		i++;
	return i;
}

static int has_file(void *data, const char *name)
{
	(void)data;
	return root.blind ? root.blind : find_file(name) < root.n;
}

static void put_file(const char *name)
{
	assert_true(root.n < FILES_MAX);
	root.changed[root.n] = false;
	root.names[root.n++] = fake_memory_copy(name, strlen(name));
}

static int make_file(void *data, const char *name)
{
	(void)data;
	if (root.fails)
		return root.fails;
	if (find_file(name) < root.n)
		return -EEXIST;
	put_file(name);
	root.made++;
	return 0;
}

static void drop_file(const char *name)
{
	size_t i = find_file(name);

	assert_true(i < root.n);
	free(root.names[i]);
	root.names[i] = root.names[--root.n];
	root.changed[i] = root.changed[root.n];
}

static int remove_file(void *data, const struct import_record *import)
{
	size_t i = find_file(import->name);

	(void)data;
	if (root.stuck)
		return root.stuck;
	if (i < root.n && !root.changed[i])
		drop_file(import->name);
	return 0;
}

/* A fake thread that makes the files of imports: it makes a file only when the test calls
 * thread_makes(). */
static struct {
	bool exists, is_busy, is_naming;
	const char *names;
	size_t size, tried;
	import_made_fn *done;
	void *data;
	unsigned begun, stopped;
} thread;

static int make_many(void *data, const char *names, size_t size, import_made_fn *done,
		     void *done_data)
{
	(void)data;
	if (!thread.exists)
		return -EAGAIN;
	assert_false(thread.is_busy);
	thread.is_busy = true;
	thread.names = names;
	thread.size = size;
	thread.tried = 0;
	thread.done = done;
	thread.data = done_data;
	thread.begun++;
	return 0;
}

static size_t make_stop(void *data)
{
	(void)data;
	assert_true(thread.is_busy);
	thread.is_busy = false;
	thread.stopped++;
	return thread.tried;
}

static void begin_naming(void *data)
{
	(void)data;
	assert_false(thread.is_naming);
	thread.is_naming = true;
}

static void end_naming(void *data)
{
	(void)data;
	assert_true(thread.is_naming);
	thread.is_naming = false;
}

/* Lets the fake thread make n more files. Fails the test if it has fewer names left. */
static void thread_makes(size_t n)
{
	assert_true(thread.is_busy);
	for (; n && thread.tried < thread.size; n--) {
		const char *name = thread.names + thread.tried;

		make_file(NULL, name);
		thread.tried += strlen(name) + 1;
	}
	assert_int_equal(n, 0);
}

static size_t thread_names(void)
{
	size_t n = 0;

	for (size_t at = 0; at < thread.size; at += strlen(thread.names + at) + 1)
		n++;
	return n;
}

/* Ends the work of the fake thread: the engine hears which names were tried, and the result r. */
static void thread_ends(struct fixture *fixture, int r)
{
	assert_true(thread.is_busy);
	thread.is_busy = false;
	fixture->is_due = true;
	thread.done(thread.data, thread.tried, r);
}

static const struct import_files files = {.has = has_file,
					  .naming_begin = begin_naming,
					  .naming_end = end_naming,
					  .make = make_file,
					  .make_many = make_many,
					  .make_stop = make_stop,
					  .remove = remove_file};

static int begin_mount(struct fixture *fixture)
{
	thread.is_naming = false;
	return imports_begin(fixture->engine, &files);
}

static int set_up(void **state)
{
	struct fixture *fixture = fixture_open(false);

	fixture->options.refresh_ms = REFRESH_MS;
	fixture_remount(fixture);
	root = (struct root){0};
	memset(&thread, 0, sizeof(thread));
	assert_int_equal(begin_mount(fixture), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	while (root.n)
		drop_file(root.names[0]);
	fixture_close(*state);
	return 0;
}

/* Unmounts, and mounts the same ledger again with this value of jobs=. */
static void mount_again(struct fixture *fixture, enum jobs_shown jobs)
{
	fixture->options.jobs = jobs;
	fixture_remount(fixture);
	assert_int_equal(begin_mount(fixture), 0);
}

/* A reader that lists the root. */
struct reader {
	int told, result;
	struct waiter *waiter;
};

static void tell_reader(void *data, int result)
{
	struct reader *reader = data;

	reader->told++;
	reader->result = result;
	reader->waiter = NULL;
}

static void begin_look(struct fixture *fixture, struct reader *reader)
{
	int r;

	*reader = (struct reader){0};
	if (root.looked)
		fixture->now_ms += REFRESH_MS;
	root.looked = true;
	fixture_iterate(fixture);
	fixture->is_due = true;
	r = catalogue_refresh(fixture->engine, tell_reader, reader, &reader->waiter);
	if (r < 0 || !reader->waiter)
		tell_reader(reader, r);
}

/* Answers pages and shows truly, and lets slices run, until nothing is left to do. */
static void answer_all(struct fixture *fixture)
{
	struct fake_request *request;

	for (;;) {
		fixture_settle(fixture);
		request = fake_service_find(&fixture->service, FAKE_LIST);
		if (!request)
			request = fake_service_find(&fixture->service, FAKE_SHOW);
		if (request)
			fake_request_answer(request, FAKE_TRUTH);
		else if (loop_next_due_ms(fixture->loop) >= 0 &&
			 loop_next_due_ms(fixture->loop) <= fixture->now_ms + 2)
			fixture_pass(fixture, 2);
		else
			break;
	}
}

/* Answers all requests of a listing of the root truly, and checks that its reader has the answer
 * then. */
static void end_look(struct fixture *fixture, const struct reader *reader)
{
	answer_all(fixture);
	assert_int_equal(reader->told, 1);
}

static void look(struct fixture *fixture)
{
	struct reader reader;

	begin_look(fixture, &reader);
	end_look(fixture, &reader);
	assert_int_equal(reader.result, 0);
}

/* Does an import have this name, and is its file in the root? */
static bool is_placed(struct fixture *fixture, const char *name)
{
	_cleanup_import_record_ struct import_record import = {0};

	return imports_find(fixture->engine, name, &import) == 0 && has_file(NULL, name);
}

/* Fails the test unless each file in the root belongs to an import. */
static void assert_all_placed(struct fixture *fixture)
{
	for (size_t i = 0; i < root.n; i++)
		assert_true(is_placed(fixture, root.names[i]));
}

static struct fake_job *make_job(struct fixture *fixture, const char *name)
{
	return fake_service_make(&fixture->service, name, "content");
}

/* Returns the name of the import of a job whose plain name is taken: STEM-ID.yaml. Valid until the
 * next call. */
static const char *with_id(const char *stem, const struct fake_job *job)
{
	static char name[256];

	snprintf(name, sizeof(name), "%s-%s.yaml", stem, job->id);
	return name;
}

static void each_listed_job_gets_a_file(void **state)
{
	struct fixture *fixture = *state;

	assert_false(imports_any(fixture->engine));
	for (int i = 0; i < 450; i++) {
		char name[32];

		snprintf(name, sizeof(name), "job %d", i);
		make_job(fixture, name);
	}
	look(fixture);
	assert_true(imports_any(fixture->engine));
	assert_true(imports_are_whole(fixture->engine));
	assert_int_equal(root.n, 450);
	assert_true(is_placed(fixture, "job 449.yaml"));
	look(fixture);
	assert_int_equal(root.made, 450);
}

/* The work on many imports is done in slices, one after the other as the loop comes to them. No
 * slice waits until time passes. */
static void no_slice_waits_for_the_clock(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;
	int64_t begun_ms;

	for (int i = 0; i < 450; i++) {
		char name[32];

		snprintf(name, sizeof(name), "job %d", i);
		make_job(fixture, name);
	}
	begin_look(fixture, &reader);
	begun_ms = fixture->now_ms;
	end_look(fixture, &reader);
	assert_int_equal(root.n, 450);
	assert_int_equal(fixture->now_ms, begun_ms);
}

static void a_name_that_is_taken_is_given_with_the_id(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *first = make_job(fixture, "job"), *second = make_job(fixture, "job");
	struct fake_job *mine = make_job(fixture, "mine"), *bound;

	put_file("mine.yaml");
	fixture_make(fixture, "bound.yaml", "text");
	bound = make_job(fixture, "bound");
	(void)first;
	look(fixture);
	assert_true(is_placed(fixture, "job.yaml"));
	assert_true(is_placed(fixture, with_id("job", second)));
	assert_true(is_placed(fixture, with_id("mine", mine)));
	assert_true(is_placed(fixture, with_id("bound", bound)));
	assert_false(is_placed(fixture, "bound.yaml"));
}

static void a_job_whose_names_are_all_taken_has_no_file(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = make_job(fixture, "job");

	put_file("job.yaml");
	put_file(with_id("job", job));
	for (unsigned i = 2; i < 10; i++) {
		char name[256];

		snprintf(name, sizeof(name), "job-%s-%u.yaml", job->id, i);
		put_file(name);
	}
	look(fixture);
	assert_int_equal(root.made, 0);
	assert_true(imports_are_whole(fixture->engine));
}

static bool survives_not(void *data)
{
	(void)data;
	return false;
}

static void no_file_is_made_before_its_name_is_durable(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;
	size_t made;

	for (int i = 0; i < 30; i++) {
		char name[32];

		snprintf(name, sizeof(name), "job %d", i);
		make_job(fixture, name);
	}
	begin_look(fixture, &reader);
	while (!root.made) {
		struct fake_request *request = fake_service_find(&fixture->service, FAKE_LIST);

		if (request)
			fake_request_answer(request, FAKE_TRUTH);
		else if (!fixture_step(fixture))
			fixture_pass(fixture, 2);
	}
	made = root.n;
	assert_int_equal(made, 30);
	fixture_crash(fixture, true, survives_not, NULL);
	assert_int_equal(begin_mount(fixture), 0);
	for (size_t i = 0; i < made; i++)
		assert_true(is_placed(fixture, root.names[i]));
	assert_int_equal(root.n, made);
	assert_false(imports_are_whole(fixture->engine));
	look(fixture);
	assert_int_equal(root.n, made);
	assert_true(imports_are_whole(fixture->engine));
}

static void the_job_of_a_create_under_way_has_no_file(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct fake_request *create;

	assert_int_equal(fixture_commit(fixture, "sub/job.yaml", "text", &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	create = fixture_request(fixture, FAKE_CREATE);
	fake_request_perform(create);
	make_job(fixture, "other");
	look(fixture);
	assert_int_equal(root.n, 1);
	assert_true(is_placed(fixture, "other.yaml"));
	fake_request_answer(create, FAKE_TRUTH);
	answer_all(fixture);
	assert_int_equal(writer.told, 1);
	look(fixture);
	assert_int_equal(root.n, 1);
}

static void a_file_that_cannot_be_made_is_tried_again(void **state)
{
	struct fixture *fixture = *state;

	make_job(fixture, "job");
	root.fails = -ENOSPC;
	look(fixture);
	assert_int_equal(root.n, 0);
	assert_false(imports_are_whole(fixture->engine));
	root.fails = 0;
	look(fixture);
	assert_true(is_placed(fixture, "job.yaml"));
	assert_true(imports_are_whole(fixture->engine));
}

static void a_path_that_takes_the_job_takes_its_file_away(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = make_job(fixture, "job");
	const struct attr_set attrs = {0};
	const struct owner owner = {0};
	int64_t row;

	look(fixture);
	assert_true(is_placed(fixture, "job.yaml"));
	assert_int_equal(ledger_ensure(fixture->ledger, "sub/x.yaml", &owner, &row), 0);
	assert_int_equal(ledger_bind(fixture->ledger, row,
				     &(struct ledger_binding){.job_id = job->id,
							      .versions = {1, 1},
							      .attrs = &attrs}),
			 0);
	fixture_iterate(fixture);
	answer_all(fixture);
	assert_int_equal(root.n, 0);
	look(fixture);
	assert_int_equal(root.n, 0);
}

static void a_job_that_is_gone_takes_its_file_away(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = make_job(fixture, "gone");

	make_job(fixture, "there");
	make_job(fixture, "there too");
	look(fixture);
	assert_int_equal(root.n, 3);
	job->gone = true;
	look(fixture);
	look(fixture);
	assert_int_equal(root.n, 2);
	assert_false(is_placed(fixture, "gone.yaml"));
}

static void the_next_mount_makes_what_was_lost(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_import_record_ struct import_record import = {0}, now = {0};

	make_job(fixture, "fetched");
	make_job(fixture, "unfetched");
	make_job(fixture, "removed");
	look(fixture);
	assert_int_equal(imports_find(fixture->engine, "fetched.yaml", &import), 0);
	import.version = 3;
	assert_int_equal(imports_fetched(fixture->engine, &import), 0);
	drop_file("fetched.yaml");
	drop_file("unfetched.yaml");
	import_record_finish(&import);
	/* the removal is recorded, but the file is still there: the directory was not synced */
	assert_int_equal(imports_find(fixture->engine, "removed.yaml", &import), 0);
	assert_int_equal(imports_hide(fixture->engine, &import), 0);
	mount_again(fixture, JOBS_AS_BEFORE);
	assert_int_equal(imports_find(fixture->engine, "fetched.yaml", &now), 0);
	assert_int_equal(now.version, 0);
	assert_true(is_placed(fixture, "unfetched.yaml"));
	assert_int_equal(root.n, 2);
}

static void a_tombstone_leaves_a_users_file_alone(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_import_record_ struct import_record import = {0};

	make_job(fixture, "job");
	look(fixture);
	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), 0);
	assert_int_equal(imports_hide(fixture->engine, &import), 0);
	root.changed[find_file("job.yaml")] = true;
	mount_again(fixture, JOBS_AS_BEFORE);
	assert_int_equal(root.n, 1);
	/* if the name is bound to a job, the mount does not look at the file */
	root.changed[0] = false;
	fixture_make(fixture, "job.yaml", "text");
	mount_again(fixture, JOBS_AS_BEFORE);
	assert_int_equal(root.n, 1);
}

static int look_for_removed(const struct fixture *fixture, const char *name)
{
	_cleanup_import_record_ struct import_record import = {0};

	return imports_find_removed(fixture->engine, name, &import);
}

static void the_name_of_a_removed_import_is_known_until_a_user_takes_it(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_import_record_ struct import_record import = {0}, unfetched = {0};

	make_job(fixture, "fetched");
	make_job(fixture, "unfetched");
	assert_int_equal(look_for_removed(fixture, "fetched.yaml"), -ENOENT);
	look(fixture);
	assert_int_equal(look_for_removed(fixture, "fetched.yaml"), -ENOENT);
	assert_int_equal(imports_find(fixture->engine, "fetched.yaml", &import), 0);
	import.version = 3;
	assert_int_equal(imports_fetched(fixture->engine, &import), 0);
	assert_int_equal(imports_hide(fixture->engine, &import), 0);
	assert_int_equal(imports_find(fixture->engine, "unfetched.yaml", &unfetched), 0);
	assert_int_equal(imports_hide(fixture->engine, &unfetched), 0);
	assert_int_equal(look_for_removed(fixture, "fetched.yaml"), 0);
	assert_int_equal(look_for_removed(fixture, "unfetched.yaml"), -ENOENT);
	assert_int_equal(imports_give_name(fixture->engine, "fetched.yaml"), 0);
	assert_int_equal(look_for_removed(fixture, "fetched.yaml"), -ENOENT);
}

static void a_name_that_a_user_takes_is_the_users(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = make_job(fixture, "job");

	assert_int_equal(imports_give_name(fixture->engine, "job.yaml"), 0);
	look(fixture);
	assert_int_equal(imports_give_name(fixture->engine, "other.yaml"), 0);
	drop_file("job.yaml");
	assert_int_equal(imports_give_name(fixture->engine, "job.yaml"), 0);
	put_file("job.yaml");
	assert_false(is_placed(fixture, "job.yaml"));
	look(fixture);
	assert_true(is_placed(fixture, with_id("job", job)));
	assert_int_equal(root.n, 2);
}

static void with_own_there_is_no_import(void **state)
{
	struct fixture *fixture = *state;
	struct import_glance glance;

	make_job(fixture, "job");
	make_job(fixture, "changed");
	look(fixture);
	root.changed[find_file("changed.yaml")] = true;
	mount_again(fixture, JOBS_OWN);
	assert_int_equal(imports_shown(fixture->engine), JOBS_OWN);
	assert_false(imports_any(fixture->engine));
	assert_int_equal(root.n, 1);
	assert_int_equal(imports_glance(fixture->engine, "changed.yaml", &glance), -ENOENT);
	look(fixture);
	assert_int_equal(root.n, 1);
	mount_again(fixture, JOBS_ALL);
	assert_int_equal(root.n, 2);
	assert_int_equal(imports_glance(fixture->engine, "job.yaml", &glance), 0);
}

static void what_was_listed_before_is_placed_without_the_service(void **state)
{
	struct fixture *fixture = *state;

	make_job(fixture, "job");
	mount_again(fixture, JOBS_OWN);
	look(fixture);
	assert_int_equal(root.n, 0);
	mount_again(fixture, JOBS_READ);
	answer_all(fixture);
	assert_true(is_placed(fixture, "job.yaml"));
	assert_true(imports_are_whole(fixture->engine));
	assert_int_equal(fixture->service.counts[FAKE_LIST], 1);
}

static void a_file_that_a_user_has_put_in_its_place_stays(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = make_job(fixture, "job"), *other = make_job(fixture, "other");
	const struct owner owner = {0};
	int64_t row;

	look(fixture);
	root.changed[find_file("job.yaml")] = true;
	assert_int_equal(ledger_import_leave(fixture->ledger, job->id), 0);
	assert_int_equal(ledger_import_leave(fixture->ledger, other->id), 0);
	assert_int_equal(ledger_ensure(fixture->ledger, "other.yaml", &owner, &row), 0);
	fixture_iterate(fixture);
	answer_all(fixture);
	assert_int_equal(root.n, 2);
	assert_false(is_placed(fixture, "job.yaml"));
	assert_false(is_placed(fixture, "other.yaml"));
}

static void an_import_is_due_when_nobody_has_told_its_version_lately(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = make_job(fixture, "job");
	_cleanup_import_record_ struct import_record import = {0};

	look(fixture);
	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), 0);
	assert_int_equal(imports_is_due(fixture->engine, &import), 1);
	import.version = 1;
	assert_int_equal(imports_fetched(fixture->engine, &import), 0);
	import_record_finish(&import);
	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), 0);
	assert_int_equal(imports_is_due(fixture->engine, &import), 0);
	fixture->now_ms += 2 * REFRESH_MS;
	assert_int_equal(imports_is_due(fixture->engine, &import), 1);
	look(fixture); /* the list has version 1 */
	assert_int_equal(imports_is_due(fixture->engine, &import), 0);
	fake_job_write(job, "second");
	look(fixture);
	import_record_finish(&import);
	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), 0);
	assert_int_equal(import.listed_version, 2);
	assert_int_equal(imports_is_due(fixture->engine, &import), 1);
}

static void an_edit_binds_with_the_version_that_was_read(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_import_record_ struct import_record import = {0};
	_cleanup_job_record_ struct job_record job = {0};
	const struct owner owner = {0};
	int64_t row;

	make_job(fixture, "job");
	look(fixture);
	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), 0);
	import.version = 1;
	assert_int_equal(imports_fetched(fixture->engine, &import), 0);
	assert_int_equal(imports_read(fixture->engine, &import), 0);
	import.version = 2;
	assert_int_equal(imports_fetched(fixture->engine, &import), 0);
	import_record_finish(&import);
	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), 0);
	assert_int_equal(import.read_version, 1);
	assert_int_equal(imports_bind(fixture->engine, &import, &owner, &row), 0);
	job = fixture_job(fixture, "job.yaml");
	assert_int_equal(job.row, row);
	assert_string_equal(job.job_id, import.job_id);
	assert_int_equal(job.base, 1);
	assert_int_equal(job.unread, 2);
	assert_int_equal(job.version, 2);
	assert_false(job.on_purpose);
	fixture_iterate(fixture);
	answer_all(fixture);
	assert_int_equal(root.n, 1); /* the file belongs to the path now */
}

static void a_ledger_that_cannot_be_written_ends_the_look(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_job(fixture, "job");
	begin_look(fixture, &reader);
	fixture_request(fixture, FAKE_LIST);
	fake_disk_fail_writes(ENOSPC);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_disk_fail_writes(0);
	fixture->now_ms += 2000;
	fixture_settle(fixture);
	assert_int_equal(reader.told, 1);
	assert_int_equal(root.n, 0);
	fixture->now_ms += 600000;
	look(fixture);
	assert_true(is_placed(fixture, "job.yaml"));
}

static void make_jobs(struct fixture *fixture, int n)
{
	for (int i = 0; i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "job %d", i);
		make_job(fixture, name);
	}
}

/* A mount finds that files of two of 450 imports are missing, the first and the last, and makes
 * them again. 450 is more than it reads in one query (IMPORTS_AT_ONCE). */
static void the_next_mount_restores_each_of_many(void **state)
{
	struct fixture *fixture = *state;

	make_jobs(fixture, 450);
	look(fixture);
	drop_file("job 0.yaml");
	drop_file("job 449.yaml");
	mount_again(fixture, JOBS_AS_BEFORE);
	assert_int_equal(root.n, 450);
	assert_true(is_placed(fixture, "job 0.yaml"));
	assert_true(is_placed(fixture, "job 449.yaml"));
}

/* 450 imports leave, more than one iteration removes (IMPORTS_AT_ONCE): all their files are removed
 * in the end. */
static void many_leave_bit_by_bit(void **state)
{
	struct fixture *fixture = *state;
	const struct fake_job *job;

	make_jobs(fixture, 450);
	look(fixture);
	LIST_FOREACH (job, &fixture->service.jobs, link)
		assert_int_equal(ledger_import_leave(fixture->ledger, job->id), 0);
	fixture_iterate(fixture);
	answer_all(fixture);
	assert_int_equal(root.n, 0);
	assert_int_equal(ledger_imports_any(fixture->ledger), 0);
}

static void a_directory_that_fails_refuses_the_mount(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_import_record_ struct import_record import = {0};

	make_job(fixture, "lost");
	make_job(fixture, "removed");
	look(fixture);
	drop_file("lost.yaml");
	assert_int_equal(imports_find(fixture->engine, "removed.yaml", &import), 0);
	assert_int_equal(imports_hide(fixture->engine, &import), 0);
	fixture_remount(fixture);
	root.blind = -EIO;
	assert_int_equal(begin_mount(fixture), -EIO);
	root.blind = 0;
	root.fails = -ENOSPC;
	assert_int_equal(begin_mount(fixture), -ENOSPC);
	root.fails = 0;
	root.stuck = -EROFS;
	assert_int_equal(begin_mount(fixture), -EROFS);
	root.stuck = 0;
	assert_int_equal(begin_mount(fixture), 0);
	assert_true(is_placed(fixture, "lost.yaml"));
	assert_int_equal(root.n, 1);
}

/* The directory cannot be read, or a file cannot be removed: the next listing goes on. */
static void a_directory_that_fails_ends_the_look(void **state)
{
	struct fixture *fixture = *state;
	const struct fake_job *gone = make_job(fixture, "gone");

	look(fixture);
	make_job(fixture, "new");
	root.blind = -EIO;
	look(fixture);
	root.blind = 0;
	assert_int_equal(root.n, 1);
	assert_int_equal(ledger_import_leave(fixture->ledger, gone->id), 0);
	root.stuck = -EIO;
	look(fixture);
	assert_int_equal(root.n, 1);
	root.stuck = 0;
	fake_service_job(&fixture->service, gone->id)->gone = true;
	look(fixture);
	assert_int_equal(root.n, 1);
	assert_true(is_placed(fixture, "new.yaml"));
}

/* Answers the list, and lets everything run until the names are written, but no file is made yet.
 */
static void await_names(struct fixture *fixture, struct reader *reader)
{
	begin_look(fixture, reader);
	while (fixture->engine->imports->placing.step != PLACING_MAKE) {
		struct fake_request *request = fake_service_find(&fixture->service, FAKE_LIST);

		if (request && !request->answered)
			fake_request_answer(request, FAKE_TRUTH);
		else if (!fixture_step(fixture))
			fixture_pass(fixture, 2);
	}
}

static void a_mount_that_ends_before_files_are_made_leaves_names(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_job(fixture, "job");
	await_names(fixture, &reader);
	assert_int_equal(root.n, 0);
	assert_non_null(reader.waiter);
	submit_waiter_drop(reader.waiter);
	mount_again(fixture, JOBS_AS_BEFORE);
	assert_true(is_placed(fixture, "job.yaml"));
}

static void a_file_that_a_user_makes_meanwhile_stays(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_job(fixture, "job");
	make_job(fixture, "next");
	await_names(fixture, &reader);
	put_file("job.yaml");
	answer_all(fixture);
	assert_int_equal(reader.result, 0);
	assert_int_equal(root.made, 1);
	assert_true(is_placed(fixture, "next.yaml"));
}

static void names_that_are_not_durable_get_no_file(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_job(fixture, "job");
	fake_disk_fail_syncs(true);
	begin_look(fixture, &reader);
	answer_all(fixture);
	assert_int_equal(root.n, 0);
	assert_false(imports_are_whole(fixture->engine));
	fake_disk_fail_syncs(false);
	fixture->now_ms += 600000;
	look(fixture);
	assert_true(is_placed(fixture, "job.yaml"));
	assert_true(imports_are_whole(fixture->engine));
}

/* A mount gives names to the imports of an earlier list, without a scan. Names that are not durable
 * get no file. */
static void names_of_a_mount_that_are_not_durable_get_no_file(void **state)
{
	struct fixture *fixture = *state;

	make_job(fixture, "job");
	mount_again(fixture, JOBS_OWN);
	look(fixture);
	mount_again(fixture, JOBS_READ);
	fake_disk_fail_syncs(true);
	answer_all(fixture);
	assert_int_equal(root.n, 0);
	fake_disk_fail_syncs(false);
	fixture->now_ms += 600000;
	look(fixture);
	assert_true(is_placed(fixture, "job.yaml"));
}

/* A slice gives names that the ledger then loses. No scan is under way that would fail. A file
 * without a row in the ledger must not be made: it would look like a user's file. */
static void names_that_the_ledger_loses_get_no_file(void **state)
{
	struct fixture *fixture = *state;
	const struct placing *placing;
	size_t named;
	const int n = 2 * NAMES_AT_ONCE + 20;

	make_jobs(fixture, n);
	mount_again(fixture, JOBS_OWN);
	look(fixture);
	mount_again(fixture, JOBS_READ);
	placing = &fixture->engine->imports->placing;
	fixture_pass(fixture, 2); /* this slice removes the files of imports that leave: none */
	fixture_pass(fixture, 2); /* this slice gives some names */
	named = placing->names.size;
	assert_true(named > 0);
	fake_disk_fail_writes(ENOSPC);
	fixture_pass(fixture, 2); /* this slice gives more names, and cannot commit them */
	fake_disk_fail_writes(0);
	assert_int_equal(placing->names.size, named);
	assert_true(placing->lost);
	answer_all(fixture);
	assert_all_placed(fixture);
	fixture->now_ms += 600000;
	look(fixture);
	assert_int_equal(root.n, n);
	assert_all_placed(fixture);
}

/* ---- files that a thread makes ---- */

/* Answers all requests truly. Fails the test unless the fake thread has files to make then. */
static void await_thread(struct fixture *fixture)
{
	answer_all(fixture);
	assert_true(thread.is_busy);
}

/* Begins a listing in which a thread makes the files, and runs until the thread begins. */
static void begin_thread(struct fixture *fixture, struct reader *reader)
{
	thread.exists = true;
	begin_look(fixture, reader);
	await_thread(fixture);
}

/* Makes n jobs on the service with names of 204 bytes: so long that at most 800 names become
 * durable together. */
static void make_long_jobs(struct fixture *fixture, int n)
{
	for (int i = 0; i < n; i++) {
		char name[256];

		snprintf(name, sizeof(name), "%04d%0200d", i, 0);
		make_job(fixture, name);
	}
}

static void others_get_names_while_a_thread_makes_files(void **state)
{
	struct fixture *fixture = *state;
	const struct placing *placing = &fixture->engine->imports->placing;
	struct reader reader;
	size_t first;
	char taken[256];

	make_long_jobs(fixture, 1000);
	begin_thread(fixture, &reader);
	first = thread_names();
	assert_true(first < 1000);
	assert_int_equal(root.n, 0);
	assert_int_equal(placing->step, PLACING_WAIT); /* the other names wait for the thread */
	assert_true(placing->all_named);
	thread_makes(first);
	assert_int_equal(reader.told, 0);
	/* a user takes a name before the thread makes its file */
	snprintf(taken, sizeof(taken), "%s", placing->names.data);
	fixture->is_due = true;
	assert_int_equal(imports_give_name(fixture->engine, taken), 0);
	thread_ends(fixture, 0);
	await_thread(fixture);
	assert_int_equal(thread_names(), 1000 - first - 1);
	assert_int_equal(reader.told, 0);
	thread_makes(1000 - first - 1);
	thread_ends(fixture, 0);
	end_look(fixture, &reader);
	assert_int_equal(root.n, 999);
	assert_int_equal(find_file(taken), root.n);
	assert_int_equal(thread.begun, 2);
	assert_false(thread.is_naming);
	assert_true(imports_are_whole(fixture->engine));
	assert_all_placed(fixture);
}

/* Lets the engine make single steps, with true answers, until the fake thread has files to make. */
static void step_to_thread(struct fixture *fixture)
{
	while (!thread.is_busy) {
		struct fake_request *request = fake_service_find(&fixture->service, FAKE_LIST);

		if (request && !request->answered)
			fake_request_answer(request, FAKE_TRUTH);
		else if (!fixture_step(fixture))
			fixture_pass(fixture, 2);
	}
}

static void a_thread_may_be_faster_than_the_names(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	thread.exists = true;
	make_long_jobs(fixture, 1000);
	begin_look(fixture, &reader);
	step_to_thread(fixture);
	assert_int_equal(fixture->engine->imports->placing.step, PLACING_NAME);
	thread_makes(thread_names());
	thread_ends(fixture, 0);
	await_thread(fixture);
	thread_makes(200);
	thread_ends(fixture, 0);
	end_look(fixture, &reader);
	assert_int_equal(root.n, 1000);
	assert_all_placed(fixture);
}

/* While the fake thread makes the last files, the loop finds that no names are left. The listing
 * waits until the thread has ended. */
static void the_last_files_end_the_look(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_long_jobs(fixture, 800);
	begin_thread(fixture, &reader);
	assert_int_equal(thread_names(), 800);
	assert_int_equal(fixture->engine->imports->placing.step, PLACING_MAKE);
	thread_makes(800);
	assert_int_equal(reader.told, 0);
	thread_ends(fixture, 0);
	end_look(fixture, &reader);
	assert_int_equal(root.n, 800);
}

/* A user takes a name: space stops the thread, and the user gets the name. */
static void a_name_that_a_user_takes_gets_no_file_from_a_thread(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 4);
	begin_thread(fixture, &reader);
	thread_makes(1);
	fixture->is_due = true;
	assert_int_equal(imports_give_name(fixture->engine, "job 2.yaml"), 0);
	thread_ends(fixture, 0);
	await_thread(fixture);
	assert_int_equal(thread_names(), 2);
	thread_makes(2);
	thread_ends(fixture, 0);
	end_look(fixture, &reader);
	assert_int_equal(root.n, 3);
	assert_int_equal(find_file("job 2.yaml"), root.n);
}

/* A user takes the last name that the thread has left: the thread is not started again, and the
 * name gets no file of an import. */
static void a_thread_has_nothing_left_when_a_user_takes_the_last_name(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 2);
	begin_thread(fixture, &reader);
	thread_makes(1);
	fixture->is_due = true;
	assert_int_equal(imports_give_name(fixture->engine, "job 1.yaml"), 0);
	thread_ends(fixture, 0);
	end_look(fixture, &reader);
	assert_int_equal(thread.begun, 1);
	assert_int_equal(root.n, 1);
}

/* A user takes a name whose file comes after others in the thread's work: the name gets no file of
 * an import. */
static void a_name_that_a_user_takes_meanwhile_gets_no_file(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 2);
	await_names(fixture, &reader);
	fixture->is_due = true;
	assert_int_equal(imports_give_name(fixture->engine, "job 1.yaml"), 0);
	end_look(fixture, &reader);
	assert_int_equal(root.n, 1);
	assert_true(is_placed(fixture, "job 0.yaml"));
}

static void a_file_that_a_thread_cannot_make_is_tried_again(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 3);
	begin_thread(fixture, &reader);
	thread_makes(1);
	thread_ends(fixture, -ENOSPC);
	end_look(fixture, &reader);
	assert_int_equal(root.n, 1);
	assert_true(is_placed(fixture, root.names[0]));
	assert_false(imports_are_whole(fixture->engine));
	thread.exists = false; /* no thread can be started: the loop makes the other files */
	look(fixture);
	assert_int_equal(root.n, 3);
	assert_true(imports_are_whole(fixture->engine));
}

static void a_mount_that_ends_stops_the_thread(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 3);
	begin_thread(fixture, &reader);
	thread_makes(1);
	submit_waiter_drop(reader.waiter);
	mount_again(fixture, JOBS_AS_BEFORE);
	assert_int_equal(thread.stopped, 1);
	assert_int_equal(root.n, 3); /* the mount has made the lost file again */
	assert_all_placed(fixture);
}

/* A path gets the job of an import that this mount does not show: no later mount shows the
 * import. */
static void a_path_takes_the_job_of_an_import_that_is_not_shown(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = make_job(fixture, "job");
	const struct attr_set attrs = {0};
	const struct owner owner = {0};
	int64_t row;

	make_job(fixture, "other");
	look(fixture);
	mount_again(fixture, JOBS_OWN);
	assert_int_equal(root.n, 0);
	assert_int_equal(ledger_ensure(fixture->ledger, "sub/x.yaml", &owner, &row), 0);
	assert_int_equal(ledger_bind(fixture->ledger, row,
				     &(struct ledger_binding){.job_id = job->id,
							      .versions = {1, 1},
							      .attrs = &attrs}),
			 0);
	fixture_iterate(fixture);
	answer_all(fixture);
	assert_int_equal(root.n, 0);
	mount_again(fixture, JOBS_READ);
	answer_all(fixture);
	assert_int_equal(root.n, 1);
	assert_true(is_placed(fixture, "other.yaml"));
}

/* An update is under way, and the service has another job of the same name. That job gets its file:
 * the update makes no job, and the job that it updates is not shown. */
static void a_job_of_the_name_of_an_update_has_a_file(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job;
	struct writer writer = {0};

	fixture_make(fixture, "sub/job.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "sub/job.yaml", "two", &writer), 0);
	fixture_checked(fixture, FAKE_UPDATE);
	job = make_job(fixture, "job");
	look(fixture);
	assert_int_equal(root.n, 1);
	{
		_cleanup_import_record_ struct import_record import = {0};

		assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), 0);
		assert_string_equal(import.job_id, job->id);
	}
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.result, 0);
}

static int count_import(void *data, const struct import_record *import)
{
	(void)import;
	++*(int *)data;
	return 0;
}

static void nothing_is_found_where_none_is_shown(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_import_record_ struct import_record import = {0};
	int n = 0;

	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), -ENOENT);
	make_job(fixture, "job");
	look(fixture);
	assert_int_equal(imports_walk(fixture->engine, "", 10, count_import, &n), 0);
	assert_int_equal(n, 1);
	mount_again(fixture, JOBS_OWN);
	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), -ENOENT);
	assert_int_equal(imports_walk(fixture->engine, "", 10, count_import, &n), 0);
	assert_int_equal(n, 1);
}

/* The clock goes back behind the time at which an import was fetched. The import counts as due for
 * a check. */
static void an_import_is_due_when_the_clock_has_gone_back(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_import_record_ struct import_record import = {0};

	make_job(fixture, "job");
	look(fixture);
	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), 0);
	import.version = 1;
	assert_int_equal(imports_fetched(fixture->engine, &import), 0);
	import_record_finish(&import);
	assert_int_equal(imports_find(fixture->engine, "job.yaml", &import), 0);
	assert_int_equal(imports_is_due(fixture->engine, &import), 0);
	fixture->now_ms -= 5000;
	assert_int_equal(imports_is_due(fixture->engine, &import), 1);
	fixture->now_ms += 5000;
}

/* Binds an import whose version 1 was fetched: once after version 1 was read, and once before. */
static void an_edit_of_what_nobody_has_read_has_no_base(void **state)
{
	struct fixture *fixture = *state;

	for (int is_read = 0; is_read < 2; is_read++) {
		const char *name = is_read ? "read.yaml" : "unread.yaml";
		_cleanup_import_record_ struct import_record import = {0}, now = {0};
		_cleanup_job_record_ struct job_record job = {0};
		const struct owner owner = {0};
		int64_t row;

		make_job(fixture, is_read ? "read" : "unread");
		look(fixture);
		assert_int_equal(imports_find(fixture->engine, name, &import), 0);
		import.version = 1;
		assert_int_equal(imports_fetched(fixture->engine, &import), 0);
		if (is_read)
			assert_int_equal(imports_read(fixture->engine, &import), 0);
		assert_int_equal(imports_find(fixture->engine, name, &now), 0);
		assert_int_equal(imports_bind(fixture->engine, &now, &owner, &row), 0);
		job = fixture_job(fixture, name);
		assert_int_equal(job.base, is_read ? 1 : 0);
		assert_int_equal(job.unread, is_read ? 0 : 1);
	}
}

static bool sees_all(void *data, const struct catalogue_binding *binding)
{
	(void)data;
	(void)binding;
	return true;
}

/* .coc/jobs names the file of an import, if imports are shown. */
static void the_list_of_jobs_names_imports(void **state)
{
	struct fixture *fixture = *state;

	make_job(fixture, "job");
	look(fixture);
	for (int own = 0; own < 2; own++) {
		struct catalogue_listing listing = {.may_see = sees_all};
		_cleanup_buf_ struct buf text = {0};

		if (own)
			mount_again(fixture, JOBS_OWN);
		listing.engine = fixture->engine;
		assert_int_equal(catalogue_listing_write(&listing, &text), 0);
		assert_int_equal(buf_append(&text, "", 1), 0);
		assert_int_equal(strstr(text.data, "\tjob.yaml\tjob\n") != NULL, !own);
	}
}

/* ---- each allocation and each statement of the ledger fails once ---- */

static void (*const begin_failure[])(uint64_t nth) = {fake_memory_short, fake_statements_fail};

static bool end_failure(int what)
{
	if (what)
		return fake_statements_work();
	fake_memory_enough();
	return fake_memory_has_failed();
}

/* A listing of the root in which the nth operation of a kind fails (what: an index of
 * begin_failure). One job is new, one is gone, and a path has got the job of a third import. After
 * further listings the files of imports are right. Returns whether an operation has failed. */
static bool look_with_failure(int what, uint64_t nth)
{
	void *state;
	struct fixture *fixture;
	struct fake_job *gone, *bound;
	struct reader reader;
	bool has_failed;

	set_up(&state);
	fixture = state;
	make_job(fixture, "there");
	gone = make_job(fixture, "gone");
	bound = make_job(fixture, "bound");
	make_job(fixture, "too");
	look(fixture);
	gone->gone = true;
	make_job(fixture, "new");
	{
		const struct attr_set attrs = {0};
		const struct owner owner = {0};
		int64_t row;

		assert_int_equal(ledger_ensure(fixture->ledger, "sub/x.yaml", &owner, &row), 0);
		assert_int_equal(ledger_bind(fixture->ledger, row,
					     &(struct ledger_binding){.job_id = bound->id,
								      .versions = {1, 1},
								      .attrs = &attrs}),
				 0);
	}
	fixture_iterate(fixture); /* the removal is recorded; the file still exists */
	begin_failure[what](nth);
	begin_look(fixture, &reader);
	answer_all(fixture);
	has_failed = end_failure(what);
	for (int i = 0; i < 3; i++) {
		fixture->now_ms += 600000;
		look(fixture);
	}
	assert_int_equal(reader.told, 1);
	assert_true(is_placed(fixture, "there.yaml"));
	assert_true(is_placed(fixture, "too.yaml"));
	assert_true(is_placed(fixture, "new.yaml"));
	assert_int_equal(root.n, 3);
	assert_true(imports_are_whole(fixture->engine));
	tear_down(&state);
	return has_failed;
}

/* A mount in which the nth operation of a kind fails (what: an index of begin_failure). The files
 * of two imports are lost, and a user has removed a third. If the mount is refused, the next one
 * makes the two files, and not the third. Returns whether an operation has failed. */
static bool begin_with_failure(int what, uint64_t nth)
{
	_cleanup_import_record_ struct import_record import = {0}, removed = {0};
	void *state;
	struct fixture *fixture;
	bool has_failed;
	int r;

	set_up(&state);
	fixture = state;
	make_job(fixture, "fetched");
	make_job(fixture, "unfetched");
	make_job(fixture, "removed");
	look(fixture);
	assert_int_equal(imports_find(fixture->engine, "fetched.yaml", &import), 0);
	import.version = 3;
	assert_int_equal(imports_fetched(fixture->engine, &import), 0);
	assert_int_equal(imports_find(fixture->engine, "removed.yaml", &removed), 0);
	assert_int_equal(imports_hide(fixture->engine, &removed), 0);
	drop_file("fetched.yaml");
	drop_file("unfetched.yaml");
	fixture_remount(fixture);
	begin_failure[what](nth);
	r = begin_mount(fixture);
	has_failed = end_failure(what);
	assert_int_equal(r < 0, has_failed);
	if (r < 0)
		mount_again(fixture, JOBS_AS_BEFORE);
	answer_all(fixture);
	assert_true(is_placed(fixture, "fetched.yaml"));
	assert_true(is_placed(fixture, "unfetched.yaml"));
	assert_int_equal(root.n, 2);
	tear_down(&state);
	return has_failed;
}

/* A user edits an import, and makes a file in place of another import, while the nth operation of a
 * kind fails (what: an index of begin_failure). Each is either done, or fails and changes nothing.
 * Returns whether an operation has failed. */
static bool change_with_failure(int what, uint64_t nth)
{
	_cleanup_import_record_ struct import_record import = {0}, now = {0};
	const struct owner owner = {0};
	void *state;
	struct fixture *fixture;
	bool has_failed;
	int64_t row = 0;
	int bound, given, due;

	set_up(&state);
	fixture = state;
	make_job(fixture, "edited");
	make_job(fixture, "taken");
	look(fixture);
	assert_int_equal(imports_find(fixture->engine, "edited.yaml", &import), 0);
	import.version = 1;
	assert_int_equal(imports_fetched(fixture->engine, &import), 0);
	assert_int_equal(imports_read(fixture->engine, &import), 0);
	import.version = 2;
	assert_int_equal(imports_fetched(fixture->engine, &import), 0);
	assert_int_equal(imports_find(fixture->engine, "edited.yaml", &now), 0);
	fixture->now_ms += 2 * REFRESH_MS;
	begin_failure[what](nth);
	due = imports_is_due(fixture->engine, &now);
	given = imports_give_name(fixture->engine, "taken.yaml");
	bound = imports_bind(fixture->engine, &now, &owner, &row);
	has_failed = end_failure(what);
	assert_int_equal(due < 0 || given < 0 || bound < 0, has_failed);
	if (due >= 0)
		assert_int_equal(due, 1);
	if (given == 0)
		assert_false(is_placed(fixture, "taken.yaml"));
	if (bound == 0) {
		_cleanup_job_record_ struct job_record job = fixture_job(fixture, "edited.yaml");

		assert_int_equal(job.row, row);
		assert_int_equal(job.base, 1);
		assert_int_equal(job.unread, 2);
	}
	tear_down(&state);
	return has_failed;
}

static void each_step_of_imports_can_fail(void **state)
{
	static bool (*const acts[])(int what, uint64_t nth) = {
		look_with_failure, begin_with_failure, change_with_failure};

	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		for (int what = 0; what < 2; what++) {
			uint64_t nth = 1;

			while (acts[i](what, nth))
				assert_true(nth++ < 1000);
			print_message("act %zu, %s: %d\n", i, what ? "statements" : "allocations",
				      (int)nth - 1);
			if (what)
				assert_true(nth > 3);
		}
}

#define IMPORT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(each_listed_job_gets_a_file),
		IMPORT_TEST(no_slice_waits_for_the_clock),
		IMPORT_TEST(a_name_that_is_taken_is_given_with_the_id),
		IMPORT_TEST(a_job_whose_names_are_all_taken_has_no_file),
		IMPORT_TEST(no_file_is_made_before_its_name_is_durable),
		IMPORT_TEST(the_job_of_a_create_under_way_has_no_file),
		IMPORT_TEST(a_file_that_cannot_be_made_is_tried_again),
		IMPORT_TEST(a_path_that_takes_the_job_takes_its_file_away),
		IMPORT_TEST(a_job_that_is_gone_takes_its_file_away),
		IMPORT_TEST(the_next_mount_makes_what_was_lost),
		IMPORT_TEST(a_tombstone_leaves_a_users_file_alone),
		IMPORT_TEST(the_name_of_a_removed_import_is_known_until_a_user_takes_it),
		IMPORT_TEST(a_name_that_a_user_takes_is_the_users),
		IMPORT_TEST(with_own_there_is_no_import),
		IMPORT_TEST(what_was_listed_before_is_placed_without_the_service),
		IMPORT_TEST(a_file_that_a_user_has_put_in_its_place_stays),
		IMPORT_TEST(an_import_is_due_when_nobody_has_told_its_version_lately),
		IMPORT_TEST(an_edit_binds_with_the_version_that_was_read),
		IMPORT_TEST(a_ledger_that_cannot_be_written_ends_the_look),
		IMPORT_TEST(the_next_mount_restores_each_of_many),
		IMPORT_TEST(many_leave_bit_by_bit),
		IMPORT_TEST(a_directory_that_fails_refuses_the_mount),
		IMPORT_TEST(a_directory_that_fails_ends_the_look),
		IMPORT_TEST(a_mount_that_ends_before_files_are_made_leaves_names),
		IMPORT_TEST(a_file_that_a_user_makes_meanwhile_stays),
		IMPORT_TEST(names_that_are_not_durable_get_no_file),
		IMPORT_TEST(names_of_a_mount_that_are_not_durable_get_no_file),
		IMPORT_TEST(names_that_the_ledger_loses_get_no_file),
		IMPORT_TEST(others_get_names_while_a_thread_makes_files),
		IMPORT_TEST(a_thread_may_be_faster_than_the_names),
		IMPORT_TEST(the_last_files_end_the_look),
		IMPORT_TEST(a_thread_has_nothing_left_when_a_user_takes_the_last_name),
		IMPORT_TEST(a_name_that_a_user_takes_gets_no_file_from_a_thread),
		IMPORT_TEST(a_name_that_a_user_takes_meanwhile_gets_no_file),
		IMPORT_TEST(a_file_that_a_thread_cannot_make_is_tried_again),
		IMPORT_TEST(a_mount_that_ends_stops_the_thread),
		IMPORT_TEST(a_path_takes_the_job_of_an_import_that_is_not_shown),
		IMPORT_TEST(a_job_of_the_name_of_an_update_has_a_file),
		IMPORT_TEST(nothing_is_found_where_none_is_shown),
		IMPORT_TEST(an_import_is_due_when_the_clock_has_gone_back),
		IMPORT_TEST(an_edit_of_what_nobody_has_read_has_no_base),
		IMPORT_TEST(the_list_of_jobs_names_imports),
		cmocka_unit_test(each_step_of_imports_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
