/* SPDX-License-Identifier: MIT */
/* Tests of the rules of a commit, of the records of refusals, and of the listing of the queue. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bounds/api.h"
#include "submit/kept_attributes.h"
#include "submit_fixture.h"

/* For each rule of a commit (validate=, risk level, max_risk=): what is refused before anything is
 * sent, with which errno and which words. */
static void rules_by_table(void **state)
{
	static const struct {
		struct commit_spec spec;
		enum dsl_level validate;
		enum risk max_risk;
		int result;
		const char *says; /* a part of the error that the ledger keeps */
	} rows[] = {
		{{.content = "a: ["}, DSL_YAML, RISK_HIGH, -EINVAL, "line: "},
		{{.content = "a: 1"}, DSL_DSL, RISK_HIGH, -EINVAL, "meta"},
		{{.content = "a: 1", .inherits_nothing = true},
		 DSL_YAML,
		 RISK_HIGH,
		 -ENODATA,
		 "setfattr"},
		{{.content = "a: 1", .risk = "HIGH"}, DSL_YAML, RISK_LOW, -EPERM, "HIGH"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *fixture = fixture_open(false);
		struct commit_spec spec = rows[i].spec;
		struct writer writer = {0};
		struct job_record job;

		spec.path = "a.yaml";
		fixture->rules.validate = rows[i].validate;
		fixture->rules.max_risk = rows[i].max_risk;
		assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), rows[i].result);
		fixture_settle(fixture);
		fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
		job = fixture_job(fixture, "a.yaml");
		assert_non_null(strstr(job.error, rows[i].says));
		assert_int_equal(job.errnum, -rows[i].result);
		job_record_finish(&job);
		assert_int_equal(fixture->service.n_requests, 0);
		fixture_close(fixture);
	}
}

static void what_is_odd_is_kept_as_warnings(void **state)
{
	static const char document[] = "meta:\n  name: other\nsteps:\n  - name: x\n";
	struct fixture *fixture = *state;
	_cleanup_job_record_ struct job_record job = {0};

	fixture->rules.validate = DSL_DSL;
	fixture_make(fixture, "a.yaml", document);
	job = fixture_job(fixture, "a.yaml");
	assert_non_null(job.warnings);
}

static void empty_content_is_no_commit(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, "a.yaml", "", &writer), 0);
	assert_null(writer.waiter);
	assert_false(fixture_has_work(fixture));
}

/* The project and the tags are fixed once a job exists. The other attributes can change. */
static void fixed_attributes(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct commit_spec spec = {.path = "a.yaml", .content = "one", .tags = "k=v"};
	struct fake_request *update;

	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(fixture_request(fixture, FAKE_CREATE)->n_tags, 1);
	assert_true(fixture_quiesce(fixture));
	spec.tags = "k=w";
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), -EPERM);
	spec.tags = NULL;
	spec.project = "other";
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), -EPERM);
	spec.project = NULL;
	spec.risk = "HIGH";
	spec.description = "more";
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	update = fixture_checked(fixture, FAKE_UPDATE);
	assert_string_equal(update->risk, "HIGH");
	assert_string_equal(update->description, "more");
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "one");
}

/* An attribute that was set on the file stays with the name, until a user removes it from the job
 * file. */
static void explicit_attributes_stay_with_the_name(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	const struct commit_spec spec = {
		.path = "a.yaml", .content = "one", .risk = "HIGH", .name = "named"};
	struct fake_request *update;

	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writer), 0);
	update = fixture_checked(fixture, FAKE_UPDATE);
	assert_string_equal(update->risk, "HIGH");
	assert_string_equal(update->name, "named");
	/* a user can remove the attribute while the submission is under way, too */
	assert_int_equal(kept_disown(fixture->engine, "a.yaml", ATTR_RISK_LEVEL), 1);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(kept_disown(fixture->engine, "a.yaml", ATTR_NAME), 1);
	assert_int_equal(kept_disown(fixture->engine, "a.yaml", ATTR_NAME), 0);
	assert_int_equal(kept_disown(fixture->engine, "b.yaml", ATTR_NAME), 0);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "three", &writer), 0);
	update = fixture_checked(fixture, FAKE_UPDATE);
	assert_string_equal(update->risk, "LOW");
	assert_string_equal(update->name, "a");
}

/* Attributes that were set on a file stay with the name while the submission is queued. */
static void explicit_attributes_of_what_is_queued(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	const struct commit_spec spec = {.path = "a.yaml", .content = "one", .risk = "HIGH"};

	fixture_make(fixture, "a.yaml", "zero");
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	fixture_answer_update(fixture, FAKE_BUSY);
	fixture_assert_state(fixture, "a.yaml", JOB_QUEUED);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writer), 0);
	submit_hasten(fixture->engine);
	assert_string_equal(fixture_checked(fixture, FAKE_UPDATE)->risk, "HIGH");
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "two");
}

/* The ledger keeps the name and the description of one user's file for its path. They are not sent
 * for another user's file at this path, although the job is the same. */
static void another_author_gets_no_text(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct commit_spec spec = {.path = "a.yaml",
				   .content = "one",
				   .name = "secret",
				   .description = "secret",
				   .user = 1001};
	struct fake_request *update;

	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	assert_true(fixture_quiesce(fixture));
	spec = (struct commit_spec){
		.path = "a.yaml", .content = "two", .user = 1002, .without_text = true};
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writer), 0);
	update = fixture_checked(fixture, FAKE_UPDATE);
	assert_string_equal(update->name, "a");
	assert_string_equal(update->description, ""); /* the description of user 1001 is not kept */
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "two");
}

/* A create may have COC_CONTENT_MAX bytes of content, an update one byte less. */
static void an_update_has_one_byte_less(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_free_ char *content = malloc(COC_CONTENT_MAX + 1);
	struct writer writer = {0};

	assert_non_null(content);
	memset(content, 'x', COC_CONTENT_MAX);
	content[COC_CONTENT_MAX] = '\0';
	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_commit(fixture, "a.yaml", content, &writer), -EFBIG);
	fixture_make(fixture, "b.yaml", content);
	/* b.yaml's job has this content already, so no update is sent */
	assert_int_equal(fixture_commit(fixture, "b.yaml", content, &writer), 0);
}

/* A refusal that the ledger cannot take is shown from memory, and recorded later. */
static void a_refusal_on_a_full_disk_is_kept(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct holding holding;
	const char *story;

	fixture->rules.validate = DSL_YAML;
	fake_disk_fail_writes(ENOSPC);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fixture_commit(fixture, "a.yaml", "a: [", &writer), -EINVAL);
		fixture_iterate(fixture);
	}
	story = submit_story(fixture->engine, "a.yaml", &holding);
	assert_non_null(story);
	assert_non_null(strstr(story, "errno: EINVAL"));
	assert_null(submit_story(fixture->engine, "b.yaml", &holding));
	fixture_pass(fixture, 10000); /* the disk is full still */
	assert_non_null(submit_story(fixture->engine, "a.yaml", &holding));
	fake_disk_fail_writes(0);
	for (int i = 0; i < 5; i++)
		fixture_pass(fixture, 10000);
	assert_null(submit_story(fixture->engine, "a.yaml", &holding));
	fixture_assert_state(fixture, "a.yaml", JOB_FAILED);
}

/* On a full disk refusals are kept in memory. If more paths are refused than memory keeps, the
 * oldest refusal is lost and the newest is shown. */
static void refusals_are_bounded(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct holding holding;
	char path[32];

	fixture->rules.validate = DSL_YAML;
	fake_disk_fail_writes(ENOSPC);
	for (int i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "%d.yaml", i);
		assert_int_equal(fixture_commit(fixture, path, "a: [", &writer), -EINVAL);
		fixture_iterate(fixture);
	}
	assert_null(submit_story(fixture->engine, "0.yaml", &holding));
	assert_non_null(submit_story(fixture->engine, "299.yaml", &holding));
	fake_disk_fail_writes(0);
}

/* A file that may be half of what its writer meant is refused, and counts as a draft, not as
 * failed. */
static void half_a_file_is_a_draft(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_job_record_ struct job_record job = {0};
	struct author author = {0};
	struct err err;

	err_set(&err, EINTR, "its writer was killed");
	assert_int_equal(submit_refuse(fixture->engine, "a.yaml", &author, true, &err), -EINTR);
	fixture_settle(fixture);
	job = fixture_job(fixture, "a.yaml");
	assert_int_equal(job.state, JOB_DRAFT);
	assert_true(job.incomplete);
}

static bool sees_all_but_c(void *data, struct job_pending *row)
{
	(void)data;
	return strcmp(row->path, "c.yaml") != 0;
}

/* .coc/queue has a line for each submission that the reader may see, with the result of its last
 * try, and the count of the others. The metrics count each submission. */
static void the_queue_is_told(void **state)
{
	static const char *const paths[] = {"a.yaml", "b.yaml", "c.yaml"};
	struct fixture *fixture = *state;
	struct writer writers[3] = {{0}};
	_cleanup_buf_ struct buf text = {0}, metrics = {0};
	struct queue_listing listing = {.may_see = sees_all_but_c}, counted = listing;
	struct queued_count queued = {0};

	for (int i = 0; i < 3; i++)
		assert_int_equal(fixture_commit(fixture, paths[i], "one", &writers[i]), 0);
	fixture_answer(fixture, FAKE_LIST, FAKE_UNSENT);
	fixture_answer(fixture, FAKE_LIST, FAKE_BUSY);
	while (submit_write_queue(fixture->engine, &listing, &text) > 0)
		;
	assert_true(listing.resumes_ms > EPOCH_MS);
	while (submit_write_queue(fixture->engine, &counted, NULL) > 0)
		;
	assert_int_equal(counted.hidden, 1);
	assert_int_equal(counted.more, 0);
	assert_non_null(strstr(text.data, "queued\t1\t"));
	assert_non_null(strstr(text.data, "a.yaml\t"));
	assert_null(strstr(text.data, "c.yaml"));
	assert_non_null(strstr(text.data, "and 1 of files that you may not read\n"));
	assert_int_equal(submit_write_metrics(fixture->engine, &queued, &metrics), 0);
	assert_non_null(strstr(metrics.data, "cocfs_queued "));
	assert_non_null(strstr(metrics.data, "refused_total"));
	assert_true(fixture_quiesce(fixture));
	submit_quiesce(fixture->engine);
	assert_int_equal(fixture_commit(fixture, "d.yaml", "four", &writers[0]), 0);
	/* the mount is ending: the submission stays queued */
	fixture_no_request(fixture, FAKE_LIST);
	fixture_assert_state(fixture, "d.yaml", JOB_QUEUED);
}

/* Content that is queued while the job is deleted makes a new job. */
static void what_is_queued_during_a_deletion_is_sent(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0}, remover = {0};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(fixture_delete(fixture, "a.yaml", &remover), 0);
	fixture_checked(fixture, FAKE_DELETE);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "two", &writer), 0);
	fixture_answer(fixture, FAKE_DELETE, FAKE_TRUTH);
	assert_int_equal(remover.told, 1);
	assert_true(fixture_quiesce(fixture));
	fixture_assert_held(fixture, "a.yaml", "two");
}

/* The client cannot start a request that changes something: nothing is sent, and the writer gets
 * the error. */
static void a_request_that_cannot_begin_makes_nothing(void **state)
{
	static const struct {
		const char *before; /* the content of the job; NULL: there is no job */
		int errnum;
	} rows[] = {
		{NULL, ENOMEM}, {NULL, EIO}, {NULL, EINVAL}, {"zero", ENOMEM}, {"zero", EINVAL}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *fixture = fixture_open(false);
		struct writer writer = {0};
		enum fake_kind question = rows[i].before ? FAKE_SHOW : FAKE_LIST;

		if (rows[i].before)
			fixture_make(fixture, "a.yaml", rows[i].before);
		assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
		fixture_request(fixture, question);
		fixture->service.fail_next = rows[i].errnum;
		fixture_answer(fixture, question, FAKE_TRUTH);
		assert_int_equal(writer.told, 1);
		assert_int_equal(writer.result, -rows[i].errnum);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(fixture->service.counts[FAKE_UPDATE], 0);
		assert_int_equal(fake_service_count(&fixture->service, true),
				 rows[i].before != NULL);
		fixture_make(fixture, "a.yaml", "one");
		assert_int_equal(fake_service_count(&fixture->service, true), 1);
		fixture_close(fixture);
	}
}

/* The service refuses to show the job before its deletion, or refuses the deletion. Then the job
 * stays, and the path stays bound to it. */
static void a_refused_deletion_deletes_nothing(void **state)
{
	static const struct {
		enum fake_kind kind;
		enum fake_answer answer;
	} rows[] = {{FAKE_SHOW, FAKE_REFUSED},
		    {FAKE_SHOW, FAKE_DENIED},
		    {FAKE_DELETE, FAKE_REFUSED},
		    {FAKE_DELETE, FAKE_DENIED}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *fixture = fixture_open(false);
		struct writer remover = {0};

		fixture_make(fixture, "a.yaml", "one");
		assert_int_equal(fixture_delete(fixture, "a.yaml", &remover), 0);
		if (rows[i].kind == FAKE_DELETE)
			fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
		fixture_answer(fixture, rows[i].kind, rows[i].answer);
		assert_int_equal(remover.told, 1);
		assert_true(remover.result < 0);
		assert_true(fixture_quiesce(fixture));
		assert_int_equal(submit_ask(fixture->engine, PATH_HAS_JOB, "a.yaml"), 1);
		fixture_make(fixture, "a.yaml", "two");
		assert_int_equal(fake_service_count(&fixture->service, true), 1);
		fixture_close(fixture);
	}
}

/* The same content with other attributes does not join the submission under way: it is sent after
 * that as an update. */
static void other_attributes_are_sent_after_what_is_under_way(void **state)
{
	static const struct commit_spec rows[] = {
		{.path = "a.yaml", .content = "one", .description = "more"},
		{.path = "a.yaml", .content = "one", .risk = "LOW"},
		{.path = "a.yaml", .content = "one", .risk = "HIGH"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *fixture = fixture_open(false);
		struct writer writers[2] = {{0}};
		struct fake_job *job;

		assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writers[0]), 0);
		fixture_settle(fixture);
		assert_int_equal(fixture_commit_spec(fixture, &rows[i], &writers[1]), 0);
		assert_true(fixture_quiesce(fixture));
		for (int n = 0; n < 2; n++)
			assert_true(writers[n].told == 1 && writers[n].result == 0);
		assert_int_equal(fake_service_count(&fixture->service, true), 1);
		job = LIST_FIRST(&fixture->service.jobs);
		assert_string_equal(job->risk[job->version], rows[i].risk ? rows[i].risk : "LOW");
		if (rows[i].description)
			assert_string_equal(job->description[job->version], rows[i].description);
		assert_int_equal(kept_disown(fixture->engine, "a.yaml",
					     rows[i].risk ? ATTR_RISK_LEVEL : ATTR_DESCRIPTION),
				 1); /* the ledger has kept the attribute */
		fixture_close(fixture);
	}
}

/* Each user has a share of the memory for submissions under way. The commit of a user whose share
 * is used up fails with EAGAIN; others can still commit. */
static void one_user_does_not_take_all_memory(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_free_ char *content = malloc(60001);
	struct writer *writers = calloc(3000, sizeof(*writers));
	struct commit_spec spec = {.content = content, .user = 1001};
	char path[32];
	int r = 0, n = 0;

	assert_non_null(content);
	memset(content, 'x', 60000);
	content[60000] = '\0';
	fixture->options.one_user = false;
	fixture_remount(fixture);
	for (; r == 0 && n < 3000; n++) {
		snprintf(path, sizeof(path), "%d.yaml", n);
		spec.path = path;
		r = fixture_commit_spec(fixture, &spec, &writers[n]);
	}
	assert_int_equal(r, -EAGAIN);
	spec.path = "other.yaml";
	spec.user = 1002;
	assert_int_equal(fixture_commit_spec(fixture, &spec, &writers[n]), 0);
	fixture_stop(fixture, false, NULL, NULL);
	free(writers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_by_table),
		sync_test(what_is_odd_is_kept_as_warnings),
		sync_test(empty_content_is_no_commit),
		sync_test(fixed_attributes),
		sync_test(explicit_attributes_stay_with_the_name),
		queue_test(explicit_attributes_of_what_is_queued),
		sync_test(another_author_gets_no_text),
		sync_test(an_update_has_one_byte_less),
		sync_test(a_refusal_on_a_full_disk_is_kept),
		sync_test(refusals_are_bounded),
		sync_test(half_a_file_is_a_draft),
		queue_test(the_queue_is_told),
		queue_test(what_is_queued_during_a_deletion_is_sent),
		cmocka_unit_test(a_request_that_cannot_begin_makes_nothing),
		cmocka_unit_test(a_refused_deletion_deletes_nothing),
		cmocka_unit_test(other_attributes_are_sent_after_what_is_under_way),
		sync_test(one_user_does_not_take_all_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
