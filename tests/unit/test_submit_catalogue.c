/* SPDX-License-Identifier: MIT */
/* Tests of scans; a scan reads all pages of the service's list into the catalogue, which .coc/jobs
 * shows. When does it begin, who waits for it, what does it show, and which jobs leave the
 * catalogue? */
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
#include "fake_memory.h"
#include "ledger/catalogue.h"
#include "submit/bounds.h"
#include "submit/catalogue.h"
#include "submit/outage.h"
#include "submit_fixture.h"

#define REFRESH_MS 60000
#define MANY 250 /* three pages */

/* A reader of .coc/jobs that waits until the list of jobs is fresh. */
struct reader {
	int told;
	int result;
	struct waiter *waiter;
	struct fixture *fixture;
};

static void tell_reader(void *data, int result)
{
	struct reader *reader = data;

	reader->told++;
	reader->result = result;
	reader->waiter = NULL;
}

static void assert_told(const struct reader *reader, int result)
{
	assert_int_equal(reader->told, 1);
	assert_int_equal(reader->result, result);
}

/* Opens .coc/jobs for a reader, which may begin a scan. A reader that need not wait counts as
 * answered. */
static void look(struct fixture *fixture, struct reader *reader)
{
	int r;

	*reader = (struct reader){.fixture = fixture};
	fixture_iterate(fixture); /* so that the loop knows the time */
	fixture->is_due = true;
	r = catalogue_refresh(fixture->engine, tell_reader, reader, &reader->waiter);
	if (r < 0 || !reader->waiter)
		tell_reader(reader, r);
}

static int set_up(void **state)
{
	struct fixture *fixture = fixture_open(false);

	fixture->options.refresh_ms = REFRESH_MS;
	fixture_remount(fixture);
	*state = fixture;
	return 0;
}

static void make_jobs(struct fixture *fixture, int n)
{
	for (int i = 0; i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "job %d", i);
		fake_service_make(&fixture->service, name, "content");
	}
}

/* Answers the requests for pages and for single jobs truly, until the scan asks for nothing
 * more. */
static void answer_scan(struct fixture *fixture)
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
			fixture_pass(fixture, 2); /* lets the next slice run */
		else
			break;
	}
}

/* Reads .coc/jobs and answers all requests of the scan truly. The reader gets a success. */
static void read_well(struct fixture *fixture)
{
	struct reader reader;

	look(fixture, &reader);
	answer_scan(fixture);
	assert_told(&reader, 0);
}

static void pass_refresh(struct fixture *fixture)
{
	fixture->now_ms += REFRESH_MS;
}

static bool sees_all(void *data, const struct catalogue_binding *binding)
{
	(void)data;
	(void)binding;
	return true;
}

static bool sees_bound(void *data, const struct catalogue_binding *binding)
{
	(void)data;
	return binding && !binding->is_aside;
}

/* Returns the text of .coc/jobs as a reader with the filter may_see gets it. The caller frees
 * it. */
static char *list_jobs(struct fixture *fixture, catalogue_filter *may_see)
{
	struct catalogue_listing listing = {.engine = fixture->engine, .may_see = may_see};
	struct buf text = {0};
	int r = buf_append(&text, "", 0);

	while (r == 0 && (r = catalogue_listing_write(&listing, &text)) > 0)
		r = 0;
	assert_int_equal(r, 0);
	return buf_steal(&text);
}

static int count_lines(struct fixture *fixture)
{
	_cleanup_free_ char *text = list_jobs(fixture, sees_all);
	int n = 0;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		n++;
	return n;
}

static bool has_line(struct fixture *fixture, const char *id)
{
	_cleanup_free_ char *text = list_jobs(fixture, sees_all);
	char begin[64];

	snprintf(begin, sizeof(begin), "%s\t", id);
	return strstr(text, begin) != NULL;
}

static int64_t scanned_ms(struct fixture *fixture)
{
	int64_t begun_ms = -1;

	assert_int_equal(ledger_catalogue_when(fixture->ledger, &begun_ms), 0);
	return begun_ms;
}

static void a_first_scan_is_shown_when_it_is_whole(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, MANY);
	fixture_settle(fixture);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 0); /* nobody has read .coc/jobs yet */
	look(fixture, &reader);
	for (int page = 0; page < 3; page++) {
		fixture_settle(fixture);
		assert_int_equal(reader.told, 0);
		assert_int_equal(scanned_ms(fixture), 0);
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	}
	answer_scan(fixture);
	assert_told(&reader, 0);
	assert_int_equal(count_lines(fixture), MANY);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 3);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
}

static void all_who_wait_share_a_scan(void **state)
{
	struct fixture *fixture = *state;
	struct reader readers[5];

	make_jobs(fixture, MANY);
	look(fixture, &readers[0]);
	look(fixture, &readers[1]);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	look(fixture, &readers[2]);
	look(fixture, &readers[3]);
	submit_waiter_drop(readers[3].waiter); /* this reader is interrupted */
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	look(fixture, &readers[4]);
	answer_scan(fixture);
	for (int i = 0; i < 5; i++)
		assert_int_equal(readers[i].told, i != 3);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 3);
}

static void a_second_look_asks_when_refresh_is_over(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 3);
	read_well(fixture);
	fixture->now_ms += REFRESH_MS - 1;
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 1);
	fixture->now_ms += 10 * REFRESH_MS;
	fixture_settle(fixture);
	/* a mount that nobody uses asks nothing */
	assert_int_equal(fixture->service.counts[FAKE_LIST], 1);
	assert_true(loop_next_due_ms(fixture->loop) < 0);
	make_jobs(fixture, 1);
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 2);
	assert_int_equal(count_lines(fixture), 4);
	/* a new mount asks anew. If there is no answer, it shows what the ledger has */
	fixture_remount(fixture);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_UNSENT);
	assert_told(&reader, 0);
	assert_int_equal(count_lines(fixture), 4);
}

static void without_refresh_each_look_asks(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.refresh_ms = 0;
	fixture_remount(fixture);
	make_jobs(fixture, 3);
	read_well(fixture);
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 2);
}

/* A scan took longer than the refresh interval: the mount pauses before the next scan. */
static void a_mount_does_not_scan_without_a_pause(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, MANY);
	look(fixture, &reader);
	for (int page = 0; page < 3; page++) {
		fixture_settle(fixture);
		fixture->now_ms += 29000;
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	}
	answer_scan(fixture);
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 3);
	pass_refresh(fixture);
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 6);
}

static void a_failed_first_scan_is_an_error_and_backs_off(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;
	uint64_t asked;

	make_jobs(fixture, MANY);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_LIST, FAKE_UNSENT);
	assert_told(&reader, -ECONNREFUSED);
	for (int i = 0; i < 16; i++) {
		/* the pause is random, up to 1 s, 2 s, 4 s, … */
		look(fixture, &reader);
		if (reader.waiter)
			fixture_answer(fixture, FAKE_LIST, FAKE_UNSENT);
		assert_int_equal(reader.result, -ECONNREFUSED);
	}
	asked = fixture->service.counts[FAKE_LIST];
	assert_true(asked <= 6);
	look(fixture, &reader);
	assert_int_equal(reader.told, 1); /* answered within the call, without a request */
	assert_int_equal(fixture->service.counts[FAKE_LIST], asked);
	fixture->now_ms += 300000;
	read_well(fixture);
	assert_int_equal(count_lines(fixture), MANY);
}

static void while_the_service_is_away_what_is_known_is_shown(void **state)
{
	struct fixture *fixture = *state;
	static const enum fake_answer answers[] = {FAKE_UNSENT, FAKE_LOST,     FAKE_BROKEN,
						   FAKE_DENIED, FAKE_NONSENSE, FAKE_REFUSED};
	struct reader reader;

	make_jobs(fixture, MANY);
	read_well(fixture);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		fixture->now_ms += 600000;
		look(fixture, &reader);
		fixture_answer(fixture, FAKE_LIST, answers[i]);
		assert_told(&reader, 0);
		assert_int_equal(count_lines(fixture), MANY);
	}
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
}

static void nobody_waits_longer_than_a_commit_may(void **state)
{
	struct fixture *fixture = *state;
	struct reader first, second;

	make_jobs(fixture, MANY);
	look(fixture, &first);
	fixture_settle(fixture);
	fixture->now_ms += 20000;
	look(fixture, &second);
	fixture->now_ms += FIXTURE_TIMEOUT_MS - 20000;
	fixture_settle(fixture);
	assert_told(&first, -ETIMEDOUT);
	assert_int_equal(second.told, 0);
	answer_scan(fixture); /* the scan has gone on for the second reader */
	assert_told(&second, 0);

	fixture->now_ms += 10 * REFRESH_MS;
	look(fixture, &first);
	fixture_settle(fixture);
	fixture->now_ms += FIXTURE_TIMEOUT_MS;
	fixture_settle(fixture);
	assert_told(&first, 0); /* the reader gets the catalogue of the scan before */
}

static void a_throttled_scan_waits_and_goes_on(void **state)
{
	struct fixture *fixture = *state;
	struct fake_request *request;
	struct reader reader;

	make_jobs(fixture, MANY);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	request = fixture_request(fixture, FAKE_LIST);
	request->retry_after_ms = 7000;
	fixture_answer(fixture, FAKE_LIST, FAKE_BUSY);
	/* the page behind that page: the engine keeps the answer until its turn comes */
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture->now_ms += 6999;
	fixture_no_request(fixture, FAKE_LIST);
	fixture->now_ms += 1;
	request = fixture_request(fixture, FAKE_LIST);
	assert_int_equal(request->offset, 99);
	answer_scan(fixture);
	assert_told(&reader, 0);
	assert_int_equal(count_lines(fixture), MANY);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 4);
}

/* Returns the request for the page that begins at offset. Fails the test if this request has not
 * left, or is answered. */
static struct fake_request *page_request(struct fixture *fixture, int64_t offset)
{
	struct fake_request *request;

	fixture_settle(fixture);
	TAILQ_FOREACH (request, &fixture->service.open, link)
		if (request->kind == FAKE_LIST && request->sent && !request->answered &&
		    request->offset == offset)
			return request;
	fail_msg("the page at %lld is not on the wire", (long long)offset);
	return NULL;
}

/* Returns how many requests for pages have left and are not answered yet. */
static int count_pages(struct fixture *fixture)
{
	const struct fake_request *request;
	int n = 0;

	fixture_settle(fixture);
	TAILQ_FOREACH (request, &fixture->service.open, link)
		n += request->kind == FAKE_LIST && request->sent && !request->answered;
	return n;
}

/* The first page of a scan tells where the other pages begin. From then on the next page and the
 * page behind it are asked for at the same time. */
static void the_page_behind_is_under_way_too(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 450); /* five pages */
	look(fixture, &reader);
	assert_int_equal(count_pages(fixture), 1);
	fake_request_answer(page_request(fixture, 0), FAKE_TRUTH);
	for (int page = 1; page < 4; page++) {
		assert_int_equal(count_pages(fixture), 2);
		page_request(fixture, (page + 1) * 99);
		fake_request_answer(page_request(fixture, page * 99), FAKE_TRUTH);
	}
	/* there is no page behind the last one */
	assert_int_equal(count_pages(fixture), 1);
	fake_request_answer(page_request(fixture, 4 * 99), FAKE_TRUTH);
	answer_scan(fixture);
	assert_told(&reader, 0);
	assert_int_equal(count_lines(fixture), 450);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 5);
}

static void pages_are_taken_in_their_order(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 450);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_answer(page_request(fixture, 2 * 99), FAKE_TRUTH);
	assert_int_equal(count_pages(fixture), 1); /* no further page while an answer is kept */
	fake_request_answer(page_request(fixture, 99), FAKE_TRUTH);
	fake_request_answer(page_request(fixture, 4 * 99), FAKE_TRUTH);
	fake_request_answer(page_request(fixture, 3 * 99), FAKE_TRUTH);
	answer_scan(fixture);
	assert_told(&reader, 0);
	assert_int_equal(count_lines(fixture), 450);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 5);
	/* this scan counts as whole, so the next scan asks for the job that is missing */
	fake_service_job(&fixture->service, "DM00007")->gone = true;
	pass_refresh(fixture);
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 1);
	assert_int_equal(count_lines(fixture), 449);
}

/* The third page is asked for ahead, together with the second. A failed answer to it ends no scan:
 * the page is asked for again when its turn comes. */
static void a_page_ahead_that_fails_is_asked_for_in_its_turn(void **state)
{
	static const enum fake_answer answers[] = {FAKE_LOST, FAKE_BROKEN, FAKE_NONSENSE};
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 450);
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		const uint64_t asked = fixture->service.counts[FAKE_LIST];

		look(fixture, &reader);
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
		fake_request_answer(page_request(fixture, 2 * 99), answers[i]);
		assert_int_equal(count_pages(fixture), 1);
		fake_request_answer(page_request(fixture, 99), FAKE_TRUTH);
		page_request(fixture, 2 * 99);
		answer_scan(fixture);
		assert_told(&reader, 0);
		assert_int_equal(count_lines(fixture), 450);
		assert_int_equal(fixture->service.counts[FAKE_LIST], asked + 6);
		pass_refresh(fixture);
	}
}

static void a_page_ahead_that_is_throttled_waits(void **state)
{
	struct fixture *fixture = *state;
	struct fake_request *request;
	struct reader reader;

	make_jobs(fixture, 450);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	request = page_request(fixture, 2 * 99);
	request->retry_after_ms = 7000;
	fake_request_answer(request, FAKE_BUSY);
	fake_request_answer(page_request(fixture, 99), FAKE_TRUTH);
	fixture_no_request(fixture, FAKE_LIST);
	fixture->now_ms += 6999;
	fixture_no_request(fixture, FAKE_LIST);
	fixture->now_ms += 1;
	page_request(fixture, 2 * 99);
	answer_scan(fixture);
	assert_told(&reader, 0);
	assert_int_equal(count_lines(fixture), 450);
}

/* The service has performed the request for the third page, and then loses jobs of the second,
 * which it answers later. So the two pages do not fit together. The scan hides no job all the same.
 */
static void a_page_ahead_of_a_list_that_moves_hides_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job;
	struct reader reader;

	make_jobs(fixture, 450);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_request_perform(page_request(fixture, 2 * 99));
	for (int i = 300; i < 340; i++) {
		char id[16];

		snprintf(id, sizeof(id), "DM%05d", i);
		fake_service_job(&fixture->service, id)->gone = true;
	}
	fake_request_answer(page_request(fixture, 99), FAKE_TRUTH);
	answer_scan(fixture);
	assert_int_equal(reader.told, 1);
	assert_int_equal(reader.result, 0);
	LIST_FOREACH (job, &fixture->service.jobs, link)
		assert_true(job->gone || has_line(fixture, job->id));
}

/* The service sends fewer rows than were asked for. So the next offset cannot be foreseen, and no
 * page is asked for ahead. */
static void short_pages_are_asked_for_one_by_one(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 100);
	fixture->service.page_rows = 40;
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(count_pages(fixture), 1);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	assert_int_equal(count_pages(fixture), 1);
	answer_scan(fixture);
	assert_told(&reader, 0);
	assert_int_equal(count_lines(fixture), 100);
}

/* A submission was told to wait (429): the scan waits as well. A Retry-After that is too long ends
 * the scan. */
static void a_scan_waits_when_others_were_throttled(void **state)
{
	struct fixture *fixture = *state;
	struct writer writer = {0};
	struct reader reader;

	fixture_commit(fixture, "a.yaml", "one", &writer);
	fixture_request(fixture, FAKE_LIST)->retry_after_ms = 5000;
	fixture_answer(fixture, FAKE_LIST, FAKE_BUSY);
	look(fixture, &reader);
	fixture->now_ms += 4000;
	fixture_no_request(fixture, FAKE_LIST);
	fixture->now_ms += 1000;
	assert_true(fixture_quiesce(fixture));
	answer_scan(fixture);
	assert_told(&reader, 0);
	pass_refresh(fixture);
	look(fixture, &reader);
	fixture_request(fixture, FAKE_LIST)->retry_after_ms = 86400000;
	fixture_answer(fixture, FAKE_LIST, FAKE_BUSY);
	assert_told(&reader, 0);
}

static void a_job_that_is_gone_leaves_when_its_show_says_so(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *kept, *gone;

	make_jobs(fixture, MANY);
	gone = fake_service_job(&fixture->service, "DM00100");
	kept = fake_service_job(&fixture->service, "DM00101");
	read_well(fixture);
	gone->gone = true;
	pass_refresh(fixture);
	read_well(fixture);
	assert_false(has_line(fixture, gone->id));
	assert_true(has_line(fixture, kept->id));
	assert_int_equal(count_lines(fixture), MANY - 1);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 1);
}

/* The service is asked for a job that its list lacks. As long as the answer does not say that the
 * job is gone, the job stays in the catalogue. */
static void a_missing_job_stays_when_its_show_proves_nothing(void **state)
{
	static const enum fake_answer answers[] = {FAKE_LOST,	FAKE_BROKEN, FAKE_NONSENSE,
						   FAKE_UNSENT, FAKE_BUSY,   FAKE_DENIED,
						   FAKE_REFUSED};
	struct fixture *fixture = *state;
	struct fake_job *gone;
	struct reader reader;

	make_jobs(fixture, 10);
	gone = fake_service_job(&fixture->service, "DM00005");
	read_well(fixture);
	gone->gone = true;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		fixture->now_ms += 600000;
		look(fixture, &reader);
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
		fixture_answer(fixture, FAKE_SHOW, answers[i]);
		fixture_settle(fixture);
		assert_told(&reader, 0);
		assert_true(has_line(fixture, gone->id));
	}
	fixture->now_ms += 600000;
	read_well(fixture);
	assert_false(has_line(fixture, gone->id));
}

/* The service's list leaves out a job that exists. The scan asks for the job itself, and the job
 * stays in .coc/jobs. */
static void a_missing_job_that_is_there_stays(void **state)
{
	struct fixture *fixture = *state;
	struct fake_request *list, *show;
	struct fake_job *hidden;
	struct reader reader;

	make_jobs(fixture, 10);
	hidden = fake_service_job(&fixture->service, "DM00005");
	read_well(fixture);
	pass_refresh(fixture);
	look(fixture, &reader);
	list = fixture_request(fixture, FAKE_LIST);
	hidden->gone = true;
	fake_request_perform(list);
	hidden->gone = false;
	fake_request_answer(list, FAKE_TRUTH);
	show = fixture_request(fixture, FAKE_SHOW);
	assert_string_equal(show->id, hidden->id);
	fake_request_answer(show, FAKE_TRUTH);
	fixture_settle(fixture);
	assert_int_equal(reader.told, 1);
	assert_true(has_line(fixture, hidden->id));
}

static void when_most_jobs_vanish_none_is_removed(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job;
	int n = 0;

	make_jobs(fixture, 20);
	read_well(fixture);
	LIST_FOREACH (job, &fixture->service.jobs, link)
		job->gone = n++ < 11;
	pass_refresh(fixture);
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
	assert_int_equal(count_lines(fixture), 20);
	/* one job is back: half of the jobs are missing now, which is not most of them */
	LIST_FOREACH (job, &fixture->service.jobs, link) {
		if (job->gone) {
			job->gone = false;
			break;
		}
	}
	pass_refresh(fixture);
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 10);
	assert_int_equal(count_lines(fixture), 10);
}

static void a_list_that_moves_removes_nothing_and_hides_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;
	struct fake_job *job;

	make_jobs(fixture, MANY);
	read_well(fixture);
	fake_service_job(&fixture->service, "DM00100")->gone = true;
	pass_refresh(fixture);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	/* both rows are in the first page: a scan that only counts rows would miss two rows of the
	 * second page */
	fake_service_job(&fixture->service, "DM00240")->gone = true;
	fake_service_job(&fixture->service, "DM00241")->gone = true;
	make_jobs(fixture, 1);
	answer_scan(fixture);
	assert_int_equal(reader.told, 1);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
	LIST_FOREACH (job, &fixture->service.jobs, link)
		assert_true(has_line(fixture, job->id));
	pass_refresh(fixture);
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 3);
	assert_int_equal(count_lines(fixture), MANY - 2);
}

/* The first scan of a ledger, which knows no jobs from before. Jobs are deleted between two pages,
 * and yet the scan misses no job. */
static void a_first_scan_of_a_list_that_moves_hides_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;
	struct fake_job *job;

	make_jobs(fixture, MANY);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	for (int i = 200; i < 230; i++) {
		char id[16];

		snprintf(id, sizeof(id), "DM%05d", i);
		fake_service_job(&fixture->service, id)->gone = true;
	}
	answer_scan(fixture);
	assert_int_equal(reader.result, 0);
	LIST_FOREACH (job, &fixture->service.jobs, link)
		assert_true(job->gone || has_line(fixture, job->id));
}

static void rows_that_tell_no_job_remove_nothing(void **state)
{
	static const enum fake_flaw flaws[] = {FLAW_UNUSABLE_ROW, FLAW_NO_TOTAL, FLAW_MOVES};
	struct fixture *fixture = *state;

	make_jobs(fixture, MANY);
	read_well(fixture);
	fake_service_job(&fixture->service, "DM00100")->gone = true;
	for (size_t i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		fixture->service.flaw = flaws[i];
		pass_refresh(fixture);
		make_jobs(fixture, 1);
		read_well(fixture);
		assert_int_equal(fixture->service.counts[FAKE_SHOW], 0);
		assert_int_equal(count_lines(fixture), MANY + (int)i + 1);
	}
}

/* More jobs are missing than one scan asks for: the next scans go on. */
static void missing_jobs_are_asked_for_in_portions(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job;
	int n = 0;

	make_jobs(fixture, 3 * SCAN_SHOWS_MAX);
	read_well(fixture);
	LIST_FOREACH (job, &fixture->service.jobs, link)
		job->gone = n++ % 2;
	pass_refresh(fixture);
	read_well(fixture);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], SCAN_SHOWS_MAX);
	assert_int_equal(count_lines(fixture), 2 * SCAN_SHOWS_MAX);
	pass_refresh(fixture);
	read_well(fixture);
	assert_int_equal(count_lines(fixture), 3 * SCAN_SHOWS_MAX / 2);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 3 * SCAN_SHOWS_MAX / 2);
}

static void a_killed_first_scan_leaves_no_catalogue(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, MANY);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fixture_crash(fixture, false, NULL, NULL);
	assert_int_equal(scanned_ms(fixture), 0);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_UNSENT);
	assert_int_equal(reader.result, -ECONNREFUSED);
	fixture->now_ms += 300000;
	read_well(fixture);
	assert_int_equal(count_lines(fixture), MANY);
	fixture_crash(fixture, false, NULL, NULL);
	assert_true(scanned_ms(fixture) > 0);
	assert_int_equal(count_lines(fixture), MANY);
}

static void a_ledger_that_cannot_be_written_shows_no_half(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, MANY);
	look(fixture, &reader);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_disk_fail_writes(ENOSPC);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_disk_fail_writes(0);
	fixture->now_ms += 2000;
	fixture_settle(fixture);
	assert_int_equal(reader.told, 1);
	assert_true(reader.result < 0);
	assert_int_equal(scanned_ms(fixture), 0);
	fixture->now_ms += 300000;
	read_well(fixture);
	assert_int_equal(count_lines(fixture), MANY);
}

/* The ledger cannot commit the last page of a scan, because the disk is full. The scan fails, and
 * the next reader makes it again. */
static void a_scan_that_could_not_be_committed_is_made_again(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	make_jobs(fixture, 10);
	look(fixture, &reader);
	fixture_settle(fixture);
	fake_disk_fail_writes(ENOSPC);
	fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
	fake_disk_fail_writes(0);
	fixture->now_ms += 2000;
	fixture_settle(fixture);
	assert_int_equal(reader.told, 1);
	assert_true(reader.result < 0);
	read_well(fixture);
	assert_int_equal(count_lines(fixture), 10);
	assert_int_equal(fixture->service.counts[FAKE_LIST], 2);
}

static void no_submission_waits_for_a_scan(void **state)
{
	struct fixture *fixture = *state;
	struct fake_request *page, *question;
	struct writer writer = {0};
	struct reader reader;

	make_jobs(fixture, MANY);
	look(fixture, &reader);
	page = fixture_request(fixture, FAKE_LIST);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "one", &writer), 0);
	fixture_settle(fixture);
	TAILQ_FOREACH (question, &fixture->service.open, link) {
		if (question->name)
			break;
	}
	assert_non_null(question);
	fake_request_answer(question, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_CREATE, FAKE_TRUTH);
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, 0);
	assert_int_equal(reader.told, 0);
	/* the queue does not stand still if a page gets no answer */
	fake_request_answer(page, FAKE_LOST);
	fixture_settle(fixture);
	assert_int_equal(engine_queue_resumes_ms(fixture->engine), 0);
}

static void a_line_says_what_is_known_of_a_job(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_free_ char *text = NULL, *seen = NULL;
	struct fake_job *job;

	fixture_make(fixture, "dir/a.yaml", "one");
	job = fake_service_make(&fixture->service, "tab\there\nline \\ and \001", "x");
	fake_job_write(job, "y");
	fake_service_make(&fixture->service, "plain", "x");
	read_well(fixture);
	text = list_jobs(fixture, sees_all);
	assert_string_equal(text, "DM00001\tv1\t1970-01-01T00:00:00Z\t-\t0\tdir/a.yaml\ta\n"
				  "DM00002\tv2\t1970-01-01T00:00:00Z\tmodifier\t0\t-\t"
				  "tab\\011here\\012line \\134 and \\001\n"
				  "DM00003\tv1\t1970-01-01T00:00:00Z\t-\t0\t-\tplain\n");
	seen = list_jobs(fixture, sees_bound);
	assert_string_equal(seen, "DM00001\tv1\t1970-01-01T00:00:00Z\t-\t0\tdir/a.yaml\ta\n"
				  "and 2 that you may not read\n");
}

static void many_jobs_are_listed_in_slices_in_their_order(void **state)
{
	struct fixture *fixture = *state;
	struct catalogue_listing listing = {.engine = fixture->engine, .may_see = sees_all};
	_cleanup_buf_ struct buf text = {0};
	int slices = 1;

	make_jobs(fixture, 1000);
	read_well(fixture);
	while (catalogue_listing_write(&listing, &text) > 0)
		slices++;
	assert_true(slices > 2);
	assert_memory_equal(text.data, "DM00001\t", 8);
	assert_int_equal(count_lines(fixture), 1000);
}

/* ledger_catalogue_put() writes a row only if it is new or any of its values has changed. */
static void what_is_the_same_is_not_written(void **state)
{
	struct fixture *fixture = *state;
	struct ledger_listed job = {.job_id = "D1", .name = "a", .version = 1, .project = "0"};

	assert_int_equal(ledger_catalogue_put(fixture->ledger, &job), 1);
	assert_int_equal(ledger_catalogue_put(fixture->ledger, &job), 0);
	job.modifier = "me";
	assert_int_equal(ledger_catalogue_put(fixture->ledger, &job), 1);
	assert_int_equal(ledger_catalogue_put(fixture->ledger, &job), 0);
	job.version = 2;
	assert_int_equal(ledger_catalogue_put(fixture->ledger, &job), 1);
	assert_int_equal(ledger_catalogue_drop(fixture->ledger, "D1"), 0);
	assert_int_equal(ledger_catalogue_put(fixture->ledger, &job), 1);
}

/* Each allocation of a scan fails once. The scan ends and shows nothing half, and the next scan is
 * complete. */
static void each_allocation_of_a_scan_can_fail(void **state)
{
	bool has_failed = true;

	(void)state;
	for (uint64_t nth = 1; has_failed; nth++) {
		struct fixture *fixture;
		struct reader reader;
		int result;

		assert_int_equal(set_up((void **)&fixture), 0);
		make_jobs(fixture, 110);
		read_well(fixture);
		fake_service_job(&fixture->service, "DM00100")->gone = true;
		pass_refresh(fixture);
		reader = (struct reader){0};
		fixture_iterate(fixture);
		fake_memory_short(nth);
		result = catalogue_refresh(fixture->engine, tell_reader, &reader, &reader.waiter);
		fixture->is_due = true;
		answer_scan(fixture);
		fake_memory_enough();
		has_failed = fake_memory_has_failed();
		answer_scan(fixture);
		assert_true(result == 0 ? reader.told == 1 : result == -ENOMEM);
		assert_true(count_lines(fixture) >= 109);
		fixture->now_ms += 600000;
		read_well(fixture);
		assert_int_equal(count_lines(fixture), 109);
		fixture_close(fixture);
		assert_true(nth < 1000);
	}
}

/* The answer with the third page comes before that with the second, and is kept. Each allocation
 * for this fails once. Either the scan fails, or .coc/jobs is complete; the next scan is
 * complete. */
static void each_allocation_of_a_page_ahead_can_fail(void **state)
{
	bool has_failed = true;

	(void)state;
	for (uint64_t nth = 1; has_failed; nth++) {
		struct fixture *fixture;
		struct reader reader;

		assert_int_equal(set_up((void **)&fixture), 0);
		make_jobs(fixture, MANY);
		look(fixture, &reader);
		fixture_answer(fixture, FAKE_LIST, FAKE_TRUTH);
		fake_request_answer(page_request(fixture, 2 * 99), FAKE_TRUTH);
		fake_memory_short(nth);
		fixture_settle(fixture);
		fake_memory_enough();
		has_failed = fake_memory_has_failed();
		answer_scan(fixture);
		assert_int_equal(reader.told, 1);
		if (reader.result == 0)
			assert_int_equal(count_lines(fixture), MANY);
		fixture->now_ms += 600000;
		read_well(fixture);
		assert_int_equal(count_lines(fixture), MANY);
		fixture_close(fixture);
		assert_true(nth < 1000);
	}
}

#define CATALOGUE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CATALOGUE_TEST(a_first_scan_is_shown_when_it_is_whole),
		CATALOGUE_TEST(all_who_wait_share_a_scan),
		CATALOGUE_TEST(a_second_look_asks_when_refresh_is_over),
		CATALOGUE_TEST(without_refresh_each_look_asks),
		CATALOGUE_TEST(a_mount_does_not_scan_without_a_pause),
		CATALOGUE_TEST(a_failed_first_scan_is_an_error_and_backs_off),
		CATALOGUE_TEST(while_the_service_is_away_what_is_known_is_shown),
		CATALOGUE_TEST(nobody_waits_longer_than_a_commit_may),
		CATALOGUE_TEST(the_page_behind_is_under_way_too),
		CATALOGUE_TEST(pages_are_taken_in_their_order),
		CATALOGUE_TEST(a_page_ahead_that_fails_is_asked_for_in_its_turn),
		CATALOGUE_TEST(a_page_ahead_that_is_throttled_waits),
		CATALOGUE_TEST(a_page_ahead_of_a_list_that_moves_hides_nothing),
		CATALOGUE_TEST(short_pages_are_asked_for_one_by_one),
		CATALOGUE_TEST(a_throttled_scan_waits_and_goes_on),
		CATALOGUE_TEST(a_scan_waits_when_others_were_throttled),
		CATALOGUE_TEST(a_job_that_is_gone_leaves_when_its_show_says_so),
		CATALOGUE_TEST(a_missing_job_stays_when_its_show_proves_nothing),
		CATALOGUE_TEST(a_missing_job_that_is_there_stays),
		CATALOGUE_TEST(when_most_jobs_vanish_none_is_removed),
		CATALOGUE_TEST(a_list_that_moves_removes_nothing_and_hides_nothing),
		CATALOGUE_TEST(a_first_scan_of_a_list_that_moves_hides_nothing),
		CATALOGUE_TEST(rows_that_tell_no_job_remove_nothing),
		CATALOGUE_TEST(missing_jobs_are_asked_for_in_portions),
		CATALOGUE_TEST(a_killed_first_scan_leaves_no_catalogue),
		CATALOGUE_TEST(a_ledger_that_cannot_be_written_shows_no_half),
		CATALOGUE_TEST(a_scan_that_could_not_be_committed_is_made_again),
		CATALOGUE_TEST(no_submission_waits_for_a_scan),
		CATALOGUE_TEST(a_line_says_what_is_known_of_a_job),
		CATALOGUE_TEST(many_jobs_are_listed_in_slices_in_their_order),
		CATALOGUE_TEST(what_is_the_same_is_not_written),
		cmocka_unit_test(each_allocation_of_a_scan_can_fail),
		cmocka_unit_test(each_allocation_of_a_page_ahead_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
