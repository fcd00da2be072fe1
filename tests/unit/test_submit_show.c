/* SPDX-License-Identifier: MIT */
/* Tests of asking the service for one job: who shares a request, who comes first, and when no
 * request is made. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_memory.h"
#include "submit/bounds.h"
#include "submit/show.h"
#include "submit_fixture.h"

#define MANY 200
#define INFLIGHT 256

/* A caller of show_job(), and the answer that it got. told: how many answers it got. */
struct asker {
	int told;
	int result;
	int64_t version, update_ms;
	char content[32], modifier[32];
	struct show_waiter *waiter;
	/* another asker, or NULL: its question is dropped when this asker gets its answer */
	struct asker *drops;
	struct fixture *fixture;
	const char *asks; /* a job that this asker asks for when it gets its answer; or NULL */
};

static void tell_asker(void *data, int result, const struct shown_job *job)
{
	struct asker *asker = data;

	asker->told++;
	asker->result = result;
	asker->waiter = NULL;
	assert_int_equal(result == 0, job != NULL);
	if (job) {
		asker->version = job->version;
		asker->update_ms = job->update_ms;
		assert_int_equal(job->size, strlen(job->content));
		snprintf(asker->content, sizeof(asker->content), "%s", job->content);
		snprintf(asker->modifier, sizeof(asker->modifier), "%s",
			 job->modifier ? job->modifier : "");
		assert_string_equal(job->attrs[ATTR_RISK_LEVEL], "LOW");
		assert_string_equal(job->attrs[ATTR_ENTERPRISE_PROJECT_ID], "0");
		assert_null(job->attrs[ATTR_TAGS]);
	}
	if (asker->drops && asker->drops->waiter) {
		show_drop(asker->drops->waiter);
		asker->drops->waiter = NULL;
	}
	if (asker->asks)
		assert_int_equal(show_job(asker->fixture->engine, asker->asks, 0, tell_asker, asker,
					  &asker->waiter),
				 0);
	asker->asks = NULL;
}

/* Asks for a version of a job with show_job() (0: the newest), for this asker. Returns the result
 * of show_job(). */
static int ask(struct fixture *fixture, struct asker *asker, const char *job_id, int64_t version)
{
	*asker = (struct asker){.fixture = fixture};
	fixture_iterate(fixture); /* so that the loop knows the time */
	fixture->is_due = true;
	return show_job(fixture->engine, job_id, version, tell_asker, asker, &asker->waiter);
}

static void ask_well(struct fixture *fixture, struct asker *asker, const char *job_id,
		     int64_t version)
{
	assert_int_equal(ask(fixture, asker, job_id, version), 0);
	assert_int_equal(asker->told, 0);
}

static void assert_told(const struct asker *asker, int result)
{
	assert_int_equal(asker->told, 1);
	assert_int_equal(asker->result, result);
}

static int set_up(void **state)
{
	struct fixture *fixture = fixture_open(false);

	fixture->options.inflight_max = INFLIGHT;
	fixture_remount(fixture);
	*state = fixture;
	return 0;
}

static void a_version_is_shown(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "one");
	struct asker asker;

	fake_job_write(job, "two");
	ask_well(fixture, &asker, job->id, 0);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_told(&asker, 0);
	assert_int_equal(asker.version, 2);
	assert_int_equal(asker.update_ms, 2);
	assert_string_equal(asker.content, "two");
	assert_string_equal(asker.modifier, "modifier");
	ask_well(fixture, &asker, job->id, 1);
	assert_string_equal(fixture_request(fixture, FAKE_SHOW)->version, "v1");
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_told(&asker, 0);
	assert_int_equal(asker.version, 1);
	assert_string_equal(asker.content, "one");
	assert_string_equal(asker.modifier, "");
}

static void who_asks_the_same_shares_a_call(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "one");
	struct asker askers[5];

	ask_well(fixture, &askers[0], job->id, 0);
	ask_well(fixture, &askers[1], job->id, 0);
	ask_well(fixture, &askers[2], job->id, 1); /* another version: a request of its own */
	fixture_settle(fixture);
	ask_well(fixture, &askers[3], job->id, 0); /* its request is under way */
	ask_well(fixture, &askers[4], job->id, 0);
	show_drop(askers[4].waiter); /* this asker is interrupted */
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	for (int i = 0; i < 5; i++)
		assert_int_equal(askers[i].told, i != 2 && i != 4);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_told(&askers[2], 0);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], 2);
}

static void who_is_told_may_ask_and_drop(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "one");
	struct asker first, second, third;

	ask_well(fixture, &first, job->id, 0);
	ask_well(fixture, &second, job->id, 0);
	ask_well(fixture, &third, job->id, 1);
	first.drops = &second;
	first.asks = job->id;
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_told(&first, 0);
	assert_int_equal(second.told, 0);
	first.drops = &third;
	fixture_settle(fixture);
	while (first.told == 1)
		fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_int_equal(first.told, 2);
}

static void a_question_that_nobody_asks_any_more_ends(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "one");
	struct asker asker;

	ask_well(fixture, &asker, job->id, 0);
	show_drop(asker.waiter); /* before the request is sent */
	fixture_no_request(fixture, FAKE_SHOW);
	ask_well(fixture, &asker, job->id, 0);
	fixture_request(fixture, FAKE_SHOW);
	show_drop(asker.waiter);
	fixture_no_request(fixture, FAKE_SHOW);
	ask_well(fixture, &asker, job->id, 0);
	fixture_settle(fixture);
	fixture_remount(fixture); /* the asker gets no answer */
	assert_int_equal(asker.told, 0);
}

static unsigned count_shows(struct fixture *fixture)
{
	const struct fake_request *request;
	unsigned n = 0;

	fixture_settle(fixture);
	TAILQ_FOREACH (request, &fixture->service.open, link)
		n += request->kind == FAKE_SHOW;
	return n;
}

static void make_jobs(struct fixture *fixture, char ids[MANY][32])
{
	for (int i = 0; i < MANY; i++)
		snprintf(ids[i], 32, "%s", fake_service_make(&fixture->service, "a", "one")->id);
}

static void at_most_so_many_jobs_are_asked_for_together(void **state)
{
	struct fixture *fixture = *state;
	static struct asker askers[MANY];
	static char ids[MANY][32];

	make_jobs(fixture, ids);
	for (int i = 0; i < MANY; i++)
		ask_well(fixture, &askers[i], ids[i], 0);
	assert_int_equal(count_shows(fixture), SHOWS_MAX);
	for (int i = 0; i < MANY; i++) {
		assert_true(count_shows(fixture) <= SHOWS_MAX);
		fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
		assert_told(&askers[i], 0); /* in the order of the questions */
	}
	assert_int_equal(fixture->service.counts[FAKE_SHOW], MANY);
}

static void commits_go_first(void **state)
{
	struct fixture *fixture = *state;
	struct writer writers[2] = {{0}, {0}};
	static struct asker askers[MANY];
	static char ids[MANY][32];

	fixture->options.inflight_max = 1; /* the second commit waits for a slot */
	fixture_remount(fixture);
	make_jobs(fixture, ids);
	assert_int_equal(fixture_commit(fixture, "a.yaml", "a", &writers[0]), 0);
	assert_int_equal(fixture_commit(fixture, "b.yaml", "b", &writers[1]), 0);
	ask_well(fixture, &askers[0], ids[0], 0);
	ask_well(fixture, &askers[1], ids[1], 0);
	assert_int_equal(count_shows(fixture), 1); /* readers do not wait for that slot */
	assert_true(fixture_quiesce(fixture));
	fixture->options.inflight_max = 16;
	fixture_remount(fixture);
	for (int i = 0; i < MANY; i++)
		ask_well(fixture, &askers[i], ids[i], 0);
	assert_int_equal(count_shows(fixture), 8); /* shows take half of the connections */
}

static void a_new_question_is_refused_when_all_places_are_taken(void **state)
{
	struct fixture *fixture = *state;
	static struct asker askers[SHOWS_QUESTIONS_MAX];
	struct asker one_more;
	char id[32];

	for (int i = 0; i < SHOWS_QUESTIONS_MAX; i++) {
		snprintf(id, sizeof(id), "job %d", i);
		askers[i] = (struct asker){.fixture = fixture};
		assert_int_equal(
			show_job(fixture->engine, id, 0, tell_asker, &askers[i], &askers[i].waiter),
			0);
	}
	assert_int_equal(ask(fixture, &one_more, "one more", 0), -EAGAIN);
	assert_int_equal(ask(fixture, &one_more, "job 7", 0), 0);
	show_drop(askers[SHOWS_QUESTIONS_MAX - 1].waiter);
	assert_int_equal(ask(fixture, &one_more, "one more", 0), 0);
	for (int i = 0; i < SHOWS_QUESTIONS_MAX - 1; i++)
		show_drop(askers[i].waiter);
}

static void a_service_that_is_away_costs_one_wait(void **state)
{
	struct fixture *fixture = *state;
	static struct asker askers[MANY];
	struct asker late;
	static char ids[MANY][32];

	make_jobs(fixture, ids);
	for (int i = 0; i < MANY; i++)
		ask_well(fixture, &askers[i], ids[i], 0);
	fixture_settle(fixture);
	fixture->now_ms += FIXTURE_TIMEOUT_MS - 1;
	for (int i = 0; i < SHOWS_MAX; i++)
		fixture_answer(fixture, FAKE_SHOW, FAKE_LOST);
	for (int i = 0; i < MANY; i++)
		assert_told(&askers[i], -ETIMEDOUT);
	assert_int_equal(fixture->service.counts[FAKE_SHOW], SHOWS_MAX);
	assert_int_equal(show_check(fixture->engine), -ETIMEDOUT);
	assert_int_equal(ask(fixture, &late, ids[0], 0), -ETIMEDOUT);
	assert_int_equal(late.told, 0);
	fixture->now_ms += SHOW_AWAY_MAX_MS;
	ask_well(fixture, &late, ids[0], 0);
	fixture_answer(fixture, FAKE_SHOW, FAKE_UNSENT);
	assert_told(&late, -ECONNREFUSED);
	assert_int_equal(ask(fixture, &late, ids[0], 0), -ECONNREFUSED);
	fixture->now_ms += SHOW_AWAY_MIN_MS;
	ask_well(fixture, &late, ids[0], 0);
	fixture_answer(fixture, FAKE_SHOW, FAKE_DENIED);
	assert_told(&late, -EACCES);
	assert_int_equal(ask(fixture, &late, ids[0], 0), -EACCES);
	/* any answer of the service ends the pause */
	fixture_make(fixture, "a.yaml", "a");
	ask_well(fixture, &late, ids[0], 0);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_told(&late, 0);
}

static void a_bad_answer_is_of_its_own_job(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "one");
	struct asker asker, other;
	const enum fake_answer answers[] = {FAKE_BROKEN, FAKE_NONSENSE, FAKE_REFUSED, FAKE_GONE};
	const int results[] = {-EIO, -EIO, -EINVAL, -ESTALE};

	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++) {
		ask_well(fixture, &asker, job->id, 0);
		ask_well(fixture, &other, "DM-unknown", 0);
		fixture_answer(fixture, FAKE_SHOW, answers[i]);
		assert_told(&asker, results[i]);
		fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
		assert_told(&other, -ESTALE);
	}
}

static void a_service_that_is_busy_is_asked_again(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "one");
	struct fake_request *request;
	struct asker asker, other;

	ask_well(fixture, &asker, job->id, 0);
	request = fixture_request(fixture, FAKE_SHOW);
	request->retry_after_ms = 5000;
	fake_request_answer(request, FAKE_BUSY);
	fixture_no_request(fixture, FAKE_SHOW);
	ask_well(fixture, &other, job->id, 1); /* this question waits as well */
	fixture_no_request(fixture, FAKE_SHOW);
	assert_int_equal(fixture_pass(fixture, FIXTURE_TIMEOUT_MS), 5000);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_told(&asker, 0);
	assert_told(&other, 0);
	/* too little time is left for the question */
	ask_well(fixture, &asker, job->id, 0);
	request = fixture_request(fixture, FAKE_SHOW);
	request->retry_after_ms = FIXTURE_TIMEOUT_MS;
	fake_request_answer(request, FAKE_BUSY);
	fixture_settle(fixture);
	assert_told(&asker, -EAGAIN);
	assert_int_equal(ask(fixture, &asker, job->id, 0), -EAGAIN);
}

/* The service answers 429 to all requests under way. */
static void refuse_all(struct fixture *fixture)
{
	for (unsigned n = count_shows(fixture); n > 0; n--) {
		struct fake_request *request = fixture_request(fixture, FAKE_SHOW);

		request->retry_after_ms = 1000;
		fake_request_answer(request, FAKE_BUSY);
	}
	fixture_settle(fixture);
}

static void after_a_429_they_come_back_one_by_one(void **state)
{
	struct fixture *fixture = *state;
	static struct asker askers[MANY];
	static char ids[MANY][32];

	make_jobs(fixture, ids);
	for (int i = 0; i < MANY; i++)
		ask_well(fixture, &askers[i], ids[i], 0);
	assert_int_equal(count_shows(fixture), SHOWS_MAX);
	refuse_all(fixture);
	assert_int_equal(fixture_pass(fixture, FIXTURE_TIMEOUT_MS), 1000);
	for (int most = 1; most <= SHOWS_MAX; most++) {
		assert_int_equal(count_shows(fixture), most);
		fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	}
	assert_int_equal(count_shows(fixture), SHOWS_MAX);
	refuse_all(fixture);
	assert_int_equal(fixture_pass(fixture, FIXTURE_TIMEOUT_MS), 1000);
	assert_int_equal(count_shows(fixture), 1);
	for (int i = 0; i < MANY; i++)
		if (!askers[i].told)
			show_drop(askers[i].waiter);
}

static void what_nobody_waits_for_is_not_asked_again(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "one");
	struct fake_job *next = fake_service_make(&fixture->service, "b", "two");
	struct asker ahead, wanted, joined, waiting;

	ask_well(fixture, &ahead, job->id, 0);
	ask_well(fixture, &joined, next->id, 0);
	ask_well(fixture, &wanted, job->id, 1);
	show_set_ahead(ahead.waiter, true);
	show_set_ahead(joined.waiter, true);
	show_set_ahead(wanted.waiter, true);
	fixture_settle(fixture);
	ask_well(fixture, &waiting, next->id, 0);
	show_set_ahead(wanted.waiter, false);
	refuse_all(fixture);
	assert_told(&ahead, -EAGAIN);
	assert_int_equal(joined.told + wanted.told + waiting.told, 0);
	assert_int_equal(fixture_pass(fixture, FIXTURE_TIMEOUT_MS), 1000);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_told(&joined, 0);
	assert_told(&waiting, 0);
	assert_told(&wanted, 0);
}

static void who_waits_too_long_for_a_turn_is_told(void **state)
{
	struct fixture *fixture = *state;
	static struct asker askers[SHOWS_MAX + 1];
	static char ids[MANY][32];

	make_jobs(fixture, ids);
	for (int i = 0; i <= SHOWS_MAX; i++)
		ask_well(fixture, &askers[i], ids[i], 0);
	fixture_settle(fixture);
	assert_int_equal(fixture_pass(fixture, 2 * FIXTURE_TIMEOUT_MS), FIXTURE_TIMEOUT_MS);
	assert_told(&askers[SHOWS_MAX], -ETIMEDOUT);
	for (int i = 0; i < SHOWS_MAX; i++)
		/* their requests have left: it is the client that bounds their time */
		assert_int_equal(askers[i].told, 0);
}

static void what_cannot_be_asked_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct fake_job *job = fake_service_make(&fixture->service, "a", "one");
	struct asker asker;

	ask_well(fixture, &asker, job->id, 0);
	fixture->service.fail_next = ENOMEM;
	fixture_settle(fixture);
	assert_told(&asker, -ENOMEM);
	for (unsigned nth = 1; nth <= 3; nth++) {
		int r;

		fixture_iterate(fixture);
		fake_memory_short(nth);
		r = show_job(fixture->engine, job->id, 0, tell_asker, &asker, &asker.waiter);
		fake_memory_enough();
		assert_int_equal(r, -ENOMEM);
	}
	fixture_no_request(fixture, FAKE_SHOW);
}

/* show_begins_at_once() says yes only while a question could begin and leave room for one more. It
 * says no while the service has asked us to wait, or is away. */
static void a_question_begins_at_once_while_there_is_room(void **state)
{
	struct fixture *fixture = *state;
	struct asker askers[SHOWS_MAX];
	struct fake_request *request;
	char ids[MANY][32];

	make_jobs(fixture, ids);
	assert_true(show_begins_at_once(fixture->engine));
	for (int i = 0; i < SHOWS_MAX - 1; i++) {
		assert_true(show_begins_at_once(fixture->engine));
		ask_well(fixture, &askers[i], ids[i], 0);
	}
	assert_false(show_begins_at_once(fixture->engine));
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_true(show_begins_at_once(fixture->engine));
	request = fixture_request(fixture, FAKE_SHOW);
	request->retry_after_ms = 1000;
	fake_request_answer(request, FAKE_BUSY); /* the service answers 429 */
	fixture_iterate(fixture);
	assert_false(show_begins_at_once(fixture->engine));
	for (int i = 0; i < SHOWS_MAX - 3; i++)
		fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	assert_false(show_begins_at_once(fixture->engine));
	assert_int_equal(fixture_pass(fixture, FIXTURE_TIMEOUT_MS), 1000);
	assert_true(show_begins_at_once(fixture->engine));
	fixture_answer(fixture, FAKE_SHOW, FAKE_UNSENT); /* the service is away */
	assert_false(show_begins_at_once(fixture->engine));
	for (int i = 0; i < SHOWS_MAX - 1; i++)
		if (!askers[i].told)
			show_drop(askers[i].waiter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define show_test(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)
		show_test(a_version_is_shown),
		show_test(who_asks_the_same_shares_a_call),
		show_test(who_is_told_may_ask_and_drop),
		show_test(a_question_that_nobody_asks_any_more_ends),
		show_test(at_most_so_many_jobs_are_asked_for_together),
		show_test(a_question_begins_at_once_while_there_is_room),
		show_test(commits_go_first),
		show_test(a_new_question_is_refused_when_all_places_are_taken),
		show_test(a_service_that_is_away_costs_one_wait),
		show_test(a_bad_answer_is_of_its_own_job),
		show_test(a_service_that_is_busy_is_asked_again),
		show_test(after_a_429_they_come_back_one_by_one),
		show_test(what_nobody_waits_for_is_not_asked_again),
		show_test(who_waits_too_long_for_a_turn_is_told),
		show_test(what_cannot_be_asked_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
