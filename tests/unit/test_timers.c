/* SPDX-License-Identifier: MIT */
#include "loop/timers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TIMERS 500
#define STEPS 200000

static void the_first_is_the_next_that_is_due(void **state)
{
	static const int64_t due_ms[] = {5, 3, 9, 3, 1, 7};
	struct loop_timer timer[6];
	struct timers timers = {0};
	int64_t last = 0;

	(void)state;
	for (int i = 0; i < 6; i++) {
		timer[i].due_ms = due_ms[i];
		timers_add(&timers, &timer[i]);
	}
	while (timers.first) {
		assert_true(timers.first->due_ms >= last);
		last = timers.first->due_ms;
		timers_remove(&timers, timers.first);
	}
	assert_int_equal(last, 9);
	assert_int_equal(timers.count, 0);
}

/* Sets and unsets timers in any order. An array that is searched gives the expected results. */
static void any_can_be_taken_out(void **state)
{
	static struct loop_timer timer[TIMERS];
	static char is_set[TIMERS];
	struct timers timers = {0};
	unsigned short seed[3] = {1, 2, 3};
	uint32_t count = 0;

	(void)state;
	for (int step = 0; step < STEPS; step++) {
		int i = (int)(nrand48(seed) % TIMERS);
		int64_t least = INT64_MAX;

		if (is_set[i]) {
			timers_remove(&timers, &timer[i]);
			count--;
		} else {
			timer[i].due_ms = nrand48(seed) % 1000;
			timers_add(&timers, &timer[i]);
			count++;
		}
		is_set[i] = !is_set[i];
		assert_int_equal(timers.count, count);
		for (int other = 0; other < TIMERS; other++)
			if (is_set[other] && timer[other].due_ms < least)
				least = timer[other].due_ms;
		if (timers.first)
			assert_int_equal(timers.first->due_ms, least);
		else
			assert_int_equal(count, 0);
	}
}

static void note_due(void *data)
{
	++*(int *)data;
}

/* The caller gives the time: a timer is due when the caller says so. Nothing waits. */
static void an_iteration_is_at_the_time_that_is_given(void **state)
{
	struct loop_timer timer = {0};
	struct loop *loop;
	int due = 0;

	(void)state;
	assert_int_equal(loop_create(&loop), 0);
	assert_int_equal(loop_next_due_ms(loop), -1);
	assert_int_equal(loop_run_once(loop, 1000), 0);
	assert_int_equal(loop_now_ms(loop), 1000);
	loop_timer_set(loop, &timer, 100000000, note_due, &due);
	assert_int_equal(loop_next_due_ms(loop), 100000000);
	assert_int_equal(loop_run_once(loop, 99999999), 0);
	assert_int_equal(due, 0);
	assert_int_equal(loop_run_once(loop, 100000000), 0);
	assert_int_equal(due, 1);
	assert_int_equal(loop_next_due_ms(loop), -1);
	loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_is_the_next_that_is_due),
		cmocka_unit_test(any_can_be_taken_out),
		cmocka_unit_test(an_iteration_is_at_the_time_that_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
