/* SPDX-License-Identifier: MIT */
/*
 * Every legal move of a job's state: a table of scenes, one for each move of the table in
 * job/state.c. The move queued -> failed has no scene: a submission leaves the queue before it can
 * fail. The move stays legal: if the ledger refused to record a failure, nobody could be told.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "submit_fixture.h"

/* Which moves has the scene made? Before a move the ledger calls job_state_may_move(), which notes
 * the move here. Some statements do not call it: those that move many rows or make a draft. So
 * look() notes the moves between the steps, too. */
static bool is_made[JOB_STATE_COUNT][JOB_STATE_COUNT];

bool __real_job_state_may_move(enum job_state from, enum job_state to);
bool __wrap_job_state_may_move(enum job_state from, enum job_state to);

bool __wrap_job_state_may_move(enum job_state from, enum job_state to)
{
	bool may = __real_job_state_may_move(from, to);

	if (may)
		is_made[from][to] = true;
	return may;
}

/* A mount in which a.yaml is written, and the state of its row when it was looked at last. */
struct stage {
	struct fixture *fixture;
	enum job_state seen;
	struct writer writers[3];
	size_t n_writers;
};

static void look(struct stage *stage)
{
	_cleanup_job_record_ struct job_record job = {0};

	fixture_settle(stage->fixture);
	job = fixture_job(stage->fixture, "a.yaml");
	if (__real_job_state_may_move(stage->seen, job.state))
		is_made[stage->seen][job.state] = true;
	stage->seen = job.state;
}

static void write_text(struct stage *stage, const char *content)
{
	struct writer *writer = &stage->writers[stage->n_writers++];

	assert_int_equal(fixture_commit(stage->fixture, "a.yaml", content, writer), 0);
	look(stage);
}

/* Commits a content whose risk level is above max_risk: the commit is refused. Then looks at the
 * state. */
static void write_refused(struct stage *stage)
{
	const struct commit_spec spec = {.path = "a.yaml", .content = "risky", .risk = "HIGH"};
	struct writer *writer = &stage->writers[stage->n_writers++];

	assert_true(fixture_commit_spec(stage->fixture, &spec, writer) < 0);
	look(stage);
}

/* Records a refusal as for a file whose writer was killed: the file may be half. Then looks at the
 * state. */
static void write_half(struct stage *stage)
{
	struct author author = {0};
	struct err err;

	err_set(&err, EINTR, "its writer was killed");
	submit_refuse(stage->fixture->engine, "a.yaml", &author, true, &err);
	look(stage);
}

static void answer(struct stage *stage, enum fake_kind kind, enum fake_answer answer)
{
	fixture_answer(stage->fixture, kind, answer);
	look(stage);
}

/* Answers the oldest open request with a 429 (busy). Then looks at the state. */
static void say_busy(struct stage *stage)
{
	fixture_settle(stage->fixture);
	fake_request_answer(TAILQ_FIRST(&stage->fixture->service.open), FAKE_BUSY);
	look(stage);
}

/* Runs until no request is open. The service performs no lost request any more. */
static void come_to_rest(struct stage *stage)
{
	assert_true(fixture_quiesce(stage->fixture));
	look(stage);
}

static void make_held(struct stage *stage)
{
	write_text(stage, "one");
	come_to_rest(stage);
	assert_int_equal(stage->seen, JOB_SUBMITTED);
}

static void lose_create(struct stage *stage, bool is_done)
{
	struct fake_request *request;

	write_text(stage, "one");
	answer(stage, FAKE_LIST, FAKE_TRUTH);
	request = fixture_request(stage->fixture, FAKE_CREATE);
	if (is_done)
		fake_request_perform(request);
	answer(stage, FAKE_CREATE, FAKE_LOST);
	assert_int_equal(stage->seen, JOB_IN_DOUBT);
	while (!is_done && !TAILQ_EMPTY(&stage->fixture->service.late))
		fake_request_forget(TAILQ_FIRST(&stage->fixture->service.late));
}

/* ---- scenes: each begins without a row ---- */

static void is_written(struct stage *stage)
{
	write_text(stage, "one");
}

static void is_refused(struct stage *stage)
{
	write_refused(stage);
}

static void is_half_and_then_as_held(struct stage *stage)
{
	make_held(stage);
	write_half(stage);
	assert_int_equal(stage->seen, JOB_DRAFT);
	write_text(stage, "one");
}

static void is_written_and_taken_back(struct stage *stage)
{
	make_held(stage);
	write_text(stage, "two");
	say_busy(stage);
	assert_int_equal(stage->seen, JOB_QUEUED);
	write_text(stage, "one");
	come_to_rest(stage);
}

static void is_done(struct stage *stage)
{
	make_held(stage);
}

static void service_refuses(struct stage *stage)
{
	write_text(stage, "one");
	answer(stage, FAKE_LIST, FAKE_TRUTH);
	answer(stage, FAKE_CREATE, FAKE_REFUSED);
}

static void service_is_busy(struct stage *stage)
{
	write_text(stage, "one");
	answer(stage, FAKE_LIST, FAKE_TRUTH);
	say_busy(stage);
}

static void answer_is_lost(struct stage *stage)
{
	lose_create(stage, true);
}

static void lost_job_is_found(struct stage *stage)
{
	lose_create(stage, true);
	come_to_rest(stage);
}

static void lost_job_is_absent(struct stage *stage)
{
	lose_create(stage, false);
	come_to_rest(stage);
}

static void lost_job_is_absent_and_sent_again(struct stage *stage)
{
	lose_create(stage, false);
	for (int i = 0; i < 1000 && stage->seen == JOB_IN_DOUBT; i++) {
		fixture_step(stage->fixture);
		look(stage);
	}
}

static void is_changed(struct stage *stage)
{
	make_held(stage);
	write_text(stage, "two");
}

static void is_changed_by_half(struct stage *stage)
{
	make_held(stage);
	write_half(stage);
}

static void is_changed_and_refused(struct stage *stage)
{
	make_held(stage);
	write_refused(stage);
}

static void is_refused_and_mended(struct stage *stage)
{
	write_refused(stage);
	write_text(stage, "one");
}

static void is_refused_and_written_by_half(struct stage *stage)
{
	write_refused(stage);
	write_half(stage);
}

static void is_refused_and_taken_back(struct stage *stage)
{
	make_held(stage);
	write_refused(stage);
	write_text(stage, "one");
}

#define SYNC false
#define QUEUE true

static const struct scene {
	enum job_state from, to;
	bool queue;
	void (*play)(struct stage *stage);
	enum job_state last; /* the state when nothing is left to do */
} scenes[] = {
	{JOB_DRAFT, JOB_QUEUED, QUEUE, is_written, JOB_SUBMITTING},
	{JOB_DRAFT, JOB_FAILED, SYNC, is_refused, JOB_FAILED},
	{JOB_DRAFT, JOB_SUBMITTED, SYNC, is_half_and_then_as_held, JOB_SUBMITTED},
	{JOB_QUEUED, JOB_SUBMITTING, SYNC, is_written, JOB_SUBMITTING},
	{JOB_QUEUED, JOB_SUBMITTED, QUEUE, is_written_and_taken_back, JOB_SUBMITTED},
	{JOB_SUBMITTING, JOB_SUBMITTED, SYNC, is_done, JOB_SUBMITTED},
	{JOB_SUBMITTING, JOB_FAILED, SYNC, service_refuses, JOB_FAILED},
	{JOB_SUBMITTING, JOB_QUEUED, QUEUE, service_is_busy, JOB_QUEUED},
	{JOB_SUBMITTING, JOB_IN_DOUBT, SYNC, answer_is_lost, JOB_IN_DOUBT},
	{JOB_SUBMITTED, JOB_DRAFT, SYNC, is_changed_by_half, JOB_DRAFT},
	{JOB_SUBMITTED, JOB_QUEUED, SYNC, is_changed, JOB_SUBMITTING},
	{JOB_SUBMITTED, JOB_FAILED, SYNC, is_changed_and_refused, JOB_FAILED},
	{JOB_FAILED, JOB_DRAFT, SYNC, is_refused_and_written_by_half, JOB_DRAFT},
	{JOB_FAILED, JOB_QUEUED, SYNC, is_refused_and_mended, JOB_SUBMITTING},
	{JOB_FAILED, JOB_SUBMITTED, SYNC, is_refused_and_taken_back, JOB_SUBMITTED},
	{JOB_IN_DOUBT, JOB_SUBMITTED, SYNC, lost_job_is_found, JOB_SUBMITTED},
	{JOB_IN_DOUBT, JOB_FAILED, SYNC, lost_job_is_absent, JOB_FAILED},
	{JOB_IN_DOUBT, JOB_QUEUED, QUEUE, lost_job_is_absent_and_sent_again, JOB_QUEUED},
};
#define N_SCENES (sizeof(scenes) / sizeof(scenes[0]))

static void each_legal_move_is_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SCENES; i++) {
		const struct scene *scene = &scenes[i];
		struct stage stage = {.fixture = fixture_open(scene->queue)};

		stage.fixture->rules.max_risk = RISK_MEDIUM;
		memset(is_made, 0, sizeof(is_made));
		scene->play(&stage);
		if (!is_made[scene->from][scene->to] || stage.seen != scene->last)
			fail_msg("%s -> %s: %s, and the row says %s", job_state_word(scene->from),
				 job_state_word(scene->to),
				 is_made[scene->from][scene->to] ? "made" : "not made",
				 job_state_word(stage.seen));
		fixture_close(stage.fixture);
	}
}

/* The scenes show each move between two states that job_state_may_move() allows, except queued ->
 * failed, and no other. So a move that becomes legal needs a scene. */
static void each_legal_move_has_a_scene(void **state)
{
	bool has_scene[JOB_STATE_COUNT][JOB_STATE_COUNT] = {0};

	(void)state;
	for (size_t i = 0; i < N_SCENES; i++)
		has_scene[scenes[i].from][scenes[i].to] = true;
	assert_false(has_scene[JOB_QUEUED][JOB_FAILED]);
	has_scene[JOB_QUEUED][JOB_FAILED] = true;
	for (int from = 0; from < JOB_STATE_COUNT; from++)
		for (int to = 0; to < JOB_STATE_COUNT; to++)
			if (from != to)
				assert_int_equal(has_scene[from][to],
						 __real_job_state_may_move((enum job_state)from,
									   (enum job_state)to));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_legal_move_is_made),
		cmocka_unit_test(each_legal_move_has_a_scene),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
