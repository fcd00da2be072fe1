/* SPDX-License-Identifier: MIT */
/* Tests of what .coc/queue and .coc/metrics show of submissions, and of the users who may see an
 * owner's text. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "submit/bounds.h"
#include "submit/kept_attributes.h"
#include "submit_fixture.h"

#define MANY (PENDING_AT_ONCE + 10)

static bool sees_all(void *data, struct job_pending *row)
{
	(void)data;
	(void)row;
	return true;
}

/* The filter of a reader that may see only the row of the path in data, and no error. */
static bool sees_one(void *data, struct job_pending *row)
{
	row->last_error = NULL;
	return !strcmp(row->path, data);
}

/* Returns the whole listing, as a reader with the filter may_see (with data) gets it. *ret_slices:
 * how many slices that took. The caller frees the text. */
static char *list(struct fixture *fixture, bool (*may_see)(void *data, struct job_pending *row),
		  void *data, int *ret_slices)
{
	struct queue_listing listing = {.may_see = may_see, .data = data};
	struct buf text = {0};
	int r = 1;

	for (*ret_slices = 0; r == 1; (*ret_slices)++)
		r = submit_write_queue(fixture->engine, &listing, &text);
	assert_int_equal(r, 0);
	return buf_steal(&text);
}

static void nothing_queued_is_an_empty_text(void **state)
{
	int slices;
	_cleanup_free_ char *text = list(*state, sees_all, NULL, &slices);

	assert_true(!text || !*text);
	assert_int_equal(slices, 1);
}

static void a_line_says_where_a_submission_stands(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	int slices;
	char *text;

	fixture_commit(fixture, "a b.yaml", "one", &writer);
	fixture_settle(fixture);
	text = list(fixture, sees_all, NULL, &slices);
	assert_string_equal(text, "submitting\t0\t-\ta b.yaml\t-\n");
	free(text);

	fixture_answer(fixture, FAKE_LIST, FAKE_UNSENT);
	text = list(fixture, sees_all, NULL, &slices);
	assert_non_null(strstr(text, "queued\t1\t"));
	assert_null(strstr(text, "\t-\n")); /* the line tells why it waits */
	free(text);

	/* while the queue stands still, a line shows the time at which the queue goes on */
	fixture->engine->outage.throttled_until_ms = INT64_C(1900000000000) - EPOCH_MS;
	text = list(fixture, sees_all, NULL, &slices);
	assert_non_null(strstr(text, "\t2030-03-17T17:46:40Z\ta b.yaml\t"));
	free(text);
}

static void what_a_reader_may_not_see_is_counted(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[3] = {0};
	int slices;
	char *text;

	fixture_commit(fixture, "a.yaml", "one", &writers[0]);
	fixture_commit(fixture, "b.yaml", "two", &writers[1]);
	fixture_commit(fixture, "c.yaml", "three", &writers[2]);
	fixture_settle(fixture);
	text = list(fixture, sees_one, "b.yaml", &slices);
	assert_non_null(strstr(text, "\tb.yaml\t-\n"));
	assert_null(strstr(text, "a.yaml"));
	assert_non_null(strstr(text, "and 2 of files that you may not read\n"));
	free(text);
}

static void many_are_listed_in_slices_in_their_order(void **state)
{
	struct fixture *fixture = *state;
	static struct writer writers[MANY];
	char *text, *at;
	int slices;

	memset(writers, 0, sizeof(writers));
	for (int i = 0; i < MANY; i++) {
		char path[32], content[32];

		snprintf(path, sizeof(path), "%04d.yaml", i);
		snprintf(content, sizeof(content), "content %d", i);
		fixture_commit(fixture, path, content, &writers[i]);
	}
	fixture_settle(fixture);
	text = at = list(fixture, sees_all, NULL, &slices);
	for (int i = 0; i < MANY; i++) {
		char path[32];

		snprintf(path, sizeof(path), "\t%04d.yaml\t", i);
		at = strstr(at, path);
		assert_non_null(at);
	}
	assert_true(slices > 1);
	free(text);
}

static void the_metrics_count_what_was_made(void **state)
{
	struct fixture *fixture = *state;
	struct queued_count queued = {.n = 4}; /* the caller has counted these before */
	struct buf text = {0};

	fixture_make(fixture, "a.yaml", "one");
	assert_int_equal(submit_write_metrics(fixture->engine, &queued, &text), 0);
	assert_non_null(strstr(
		text.data, "cocfs_submissions_total{kind=\"create\",outcome=\"submitted\"} 1\n"));
	assert_non_null(strstr(text.data, "cocfs_queued 4\n"));
	assert_non_null(strstr(text.data, "cocfs_requests_in_flight 0\n"));
	buf_finish(&text);
}

/* The ledger keeps the name and the description of one user's file for its path. Another user's
 * content at this path does not get them. */
static void the_text_of_an_owner_is_not_for_the_next(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct commit_spec spec = {.path = "a.yaml",
				   .content = "one",
				   .name = "secret plan",
				   .description = "of Ann",
				   .user = 1000};
	struct job_record job;

	fixture_commit_spec(fixture, &spec, &writer);
	assert_true(fixture_quiesce(fixture));
	job = fixture_job(fixture, "a.yaml");
	assert_string_equal(job.sent.value[ATTR_DESCRIPTION], "of Ann");
	job_record_finish(&job);

	writer = (struct writer){0};
	spec = (struct commit_spec){
		.path = "a.yaml", .content = "two", .user = 1001, .without_text = true};
	fixture_commit_spec(fixture, &spec, &writer);
	assert_true(fixture_quiesce(fixture));
	job = fixture_job(fixture, "a.yaml");
	assert_true(!job.sent.value[ATTR_DESCRIPTION] ||
		    strcmp(job.sent.value[ATTR_DESCRIPTION], "of Ann") != 0);
	assert_string_not_equal(job.sent.value[ATTR_NAME], "secret plan");
	job_record_finish(&job);
}

static void what_a_name_keeps_is_forgotten_on_demand(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct commit_spec spec = {.path = "a.yaml", .content = "one", .description = "mine"};

	fixture_commit_spec(fixture, &spec, &writer);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(kept_disown(fixture->engine, "none.yaml", ATTR_DESCRIPTION), 0);
	assert_int_equal(kept_disown(fixture->engine, "a.yaml", ATTR_DESCRIPTION), 1);
	assert_int_equal(kept_disown(fixture->engine, "a.yaml", ATTR_DESCRIPTION), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(nothing_queued_is_an_empty_text),
		queue_test(a_line_says_where_a_submission_stands),
		queue_test(what_a_reader_may_not_see_is_counted),
		queue_test(many_are_listed_in_slices_in_their_order),
		sync_test(the_metrics_count_what_was_made),
		sync_test(the_text_of_an_owner_is_not_for_the_next),
		sync_test(what_a_name_keeps_is_forgotten_on_demand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
