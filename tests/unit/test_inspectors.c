/* SPDX-License-Identifier: MIT */
/* Tests of the inspections of closes (space/inspectors.h). If threads have ended many inspections,
 * each iteration of the loop makes only a few of the callbacks. The clock of the test moves on with
 * each callback (-Wl,--wrap=clock_gettime). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "space/inspectors_private.h"
#include "space/sight.h"

#define COUNT 40
#define CLOSE_US (LOOP_PART_US / 2)
/* callbacks per iteration: two for inspections that a thread has ended, two for those that have
 * lasted INSPECTION_MS */
#define MOST 4

static _Atomic int64_t ahead_us;

int __real_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	int r = __real_clock_gettime(clock, ret);

	if (clock == CLOCK_MONOTONIC) {
		int64_t ns = ret->tv_nsec + ahead_us * 1000;

		ret->tv_sec += ns / 1000000000;
		ret->tv_nsec = ns % 1000000000;
	}
	return r;
}

struct test {
	struct loop *loop;
	struct sight sight;
	struct inspectors *inspectors;
	/* callbacks in this iteration, in the fullest iteration, in all, without a verdict */
	unsigned now, most, done, blind;
};

static void on_judged(void *data, const struct writers_verdict *verdict)
{
	struct test *test = data;

	test->blind += !verdict;
	ahead_us += CLOSE_US;
	test->now++;
	if (++test->done == COUNT)
		loop_quit(test->loop);
}

static void on_end(void *data)
{
	struct test *test = data;

	if (test->now > test->most)
		test->most = test->now;
	test->now = 0;
}

/* Begins COUNT inspections of closes, and returns when the threads have ended them all. The loop
 * has not heard of the verdicts yet. */
static void judge_all(struct test *test)
{
	const struct writers_close close = {
		.ino = 1, .closer = getpid(), .opener = getpid(), .open_ms = 1};
	unsigned ended = 0;

	for (int i = 0; i < COUNT; i++)
		assert_non_null(
			inspection_begin(test->inspectors, &close, getuid(), on_judged, test));
	while (ended < COUNT) {
		struct inspection *inspection;

		ended = 0;
		pthread_mutex_lock(&test->inspectors->lock);
		TAILQ_FOREACH (inspection, &test->inspectors->ended, link)
			ended++;
		pthread_mutex_unlock(&test->inspectors->lock);
		usleep(1000);
	}
}

static struct test *open_test(void)
{
	struct test *test = calloc(1, sizeof(*test));

	assert_non_null(test);
	assert_int_equal(loop_create(&test->loop), 0);
	sight_open(&test->sight);
	assert_int_equal(inspectors_create(test->loop, &test->sight, &test->inspectors), 0);
	loop_at_iteration_end(test->loop, on_end, test);
	return test;
}

static void close_test(struct test *test)
{
	inspectors_destroy(test->inspectors);
	sight_close(&test->sight);
	loop_destroy(test->loop);
	free(test);
}

static void closes_that_were_judged_at_once_have_their_turn_in_parts(void **state)
{
	struct test *test = open_test();

	(void)state;
	judge_all(test);
	assert_int_equal(loop_run(test->loop), 0);
	assert_int_equal(test->done, COUNT);
	assert_true(test->most <= MOST);
	close_test(test);
}

/* The verdict of a thread counts, even if the loop makes the callback only after INSPECTION_MS. */
static void a_verdict_that_waited_is_not_forgotten(void **state)
{
	struct test *test = open_test();

	(void)state;
	judge_all(test);
	ahead_us += 2 * INSPECTION_MS * 1000;
	assert_int_equal(loop_run(test->loop), 0);
	assert_int_equal(test->done, COUNT);
	assert_int_equal(test->blind, 0);
	close_test(test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closes_that_were_judged_at_once_have_their_turn_in_parts),
		cmocka_unit_test(a_verdict_that_waited_is_not_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
