/* SPDX-License-Identifier: MIT */
/* Tests of the threads that wait for the disk: how the users share them, and what a drain does. */
#define _GNU_SOURCE
#include "loop/workers.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MANY 1000
#define GREEDY 1
#define OTHER 65 /* the hash table of users' shares has it in the same bucket as GREEDY */

/* A gate at which the jobs of the worker threads wait until the test opens it. waiting: how many
 * jobs have arrived. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool open;
	int waiting;
};

struct fixture {
	struct loop *loop;
	struct workers *workers;
	struct gate gate;
	int left; /* jobs to be done before the loop quits */
	int done;
	pthread_t loops_thread;
};

struct job {
	struct worker_job job;
	struct fixture *fixture;
	struct gate *gate; /* the gate at which the job waits, or NULL */
	int number;	   /* the position of the job among all that were done */
	bool worked, in_loop;
};

static void gate_pass(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->waiting++;
	pthread_cond_broadcast(&gate->changed);
	while (!gate->open)
		pthread_cond_wait(&gate->changed, &gate->lock);
	gate->waiting--;
	pthread_mutex_unlock(&gate->lock);
}

static void gate_wait_for(struct gate *gate, int waiting)
{
	pthread_mutex_lock(&gate->lock);
	while (gate->waiting < waiting)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void gate_open(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->open = true;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

static void work(struct worker_job *base)
{
	struct job *job = (struct job *)base;

	job->in_loop = pthread_equal(pthread_self(), job->fixture->loops_thread);
	if (job->gate)
		gate_pass(job->gate);
	job->worked = true;
}

static void done(struct worker_job *base)
{
	struct job *job = (struct job *)base;
	struct fixture *fixture = job->fixture;

	assert_true(job->worked);
	job->number = fixture->done++;
	if (--fixture->left == 0)
		loop_quit(fixture->loop);
}

static void add(struct fixture *fixture, struct job *job, uid_t user, struct gate *gate)
{
	*job = (struct job){.job = {.work = work, .done = done, .user = user},
			    .fixture = fixture,
			    .gate = gate};
	assert_int_equal(workers_add(fixture->workers, &job->job), 0);
}

static int set_up_for(void **state, bool one_user)
{
	static struct fixture fixture;
	int r;

	fixture = (struct fixture){
		.gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER},
		.loops_thread = pthread_self()};
	*state = &fixture;
	r = loop_create(&fixture.loop);
	return r < 0 ? r : workers_create(fixture.loop, one_user, &fixture.workers);
}

static int set_up(void **state)
{
	return set_up_for(state, false);
}

static int set_up_one_user(void **state)
{
	return set_up_for(state, true);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	workers_drain(fixture->workers);
	workers_destroy(fixture->workers);
	loop_destroy(fixture->loop);
	return 0;
}

static void jobs_are_done_in_a_thread_and_told_in_the_loop(void **state)
{
	static struct job jobs[MANY];
	struct fixture *fixture = *state;

	fixture->left = MANY;
	for (int i = 0; i < MANY; i++)
		add(fixture, &jobs[i], GREEDY, NULL);
	assert_int_equal(loop_run(fixture->loop), 0);
	assert_int_equal(fixture->done, MANY);
	assert_int_equal(workers_jobs(fixture->workers), 0);
	for (int i = 0; i < MANY; i++)
		assert_false(jobs[i].in_loop);
}

/* If there can be other users, a user gets at most half of the threads. The jobs of
 * the others overtake the waiting ones. */
static void a_user_whose_jobs_all_wait_leaves_threads_for_others(void **state)
{
	static struct job greedy[MANY], other[MANY];
	struct fixture *fixture = *state;

	for (int i = 0; i < MANY; i++)
		add(fixture, &greedy[i], GREEDY, &fixture->gate);
	gate_wait_for(&fixture->gate, WORKERS_MAX / 2);
	fixture->left = MANY;
	for (int i = 0; i < MANY; i++)
		add(fixture, &other[i], OTHER, NULL);
	assert_int_equal(loop_run(fixture->loop), 0);
	assert_int_equal(fixture->done, MANY);
	assert_int_equal(fixture->gate.waiting, WORKERS_MAX / 2);
	gate_open(&fixture->gate);
	fixture->left = MANY;
	assert_int_equal(loop_run(fixture->loop), 0);
	assert_int_equal(workers_jobs(fixture->workers), 0);
}

/* Each job has another user, so all threads are used. One user alone would get at most half of
 * them. */
static void many_users_have_all_threads(void **state)
{
	struct job jobs[WORKERS_MAX];
	struct fixture *fixture = *state;

	for (uid_t user = 0; user < WORKERS_MAX; user++)
		add(fixture, &jobs[user], user, &fixture->gate);
	gate_wait_for(&fixture->gate, WORKERS_MAX);
	gate_open(&fixture->gate);
	fixture->left = WORKERS_MAX;
	assert_int_equal(loop_run(fixture->loop), 0);
}

static void the_only_user_has_all_threads(void **state)
{
	struct job jobs[WORKERS_MAX + 1];
	struct fixture *fixture = *state;

	for (int i = 0; i <= WORKERS_MAX; i++)
		add(fixture, &jobs[i], GREEDY, &fixture->gate);
	gate_wait_for(&fixture->gate, WORKERS_MAX);
	gate_open(&fixture->gate);
	fixture->left = WORKERS_MAX + 1;
	assert_int_equal(loop_run(fixture->loop), 0);
}

static void a_drain_waits_for_all(void **state)
{
	static struct job jobs[MANY];
	struct fixture *fixture = *state;

	fixture->left = -1;
	for (int i = 0; i < MANY; i++)
		add(fixture, &jobs[i], (uid_t)i % 7, NULL);
	workers_drain(fixture->workers);
	assert_int_equal(fixture->done, MANY);
	workers_drain(fixture->workers);
}

static void too_many_jobs_of_one_user_are_refused(void **state)
{
	struct job *jobs = calloc(WORKER_JOBS_MAX, sizeof(*jobs));
	struct fixture *fixture = *state;
	struct job one = {.job = {.work = work, .done = done, .user = GREEDY}};
	int n = 0;

	assert_non_null(jobs);
	for (; n < WORKER_JOBS_MAX / 2; n++)
		add(fixture, &jobs[n], GREEDY, &fixture->gate);
	assert_int_equal(workers_add(fixture->workers, &one.job), -EAGAIN);
	add(fixture, &jobs[n++], OTHER, NULL);
	gate_open(&fixture->gate);
	fixture->left = n;
	assert_int_equal(loop_run(fixture->loop), 0);
	free(jobs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(jobs_are_done_in_a_thread_and_told_in_the_loop,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_user_whose_jobs_all_wait_leaves_threads_for_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_users_have_all_threads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_only_user_has_all_threads, set_up_one_user,
						tear_down),
		cmocka_unit_test_setup_teardown(a_drain_waits_for_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_many_jobs_of_one_user_are_refused, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
