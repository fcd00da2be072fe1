/* SPDX-License-Identifier: MIT */
/* Tests of the counters of a piece of the loop's work: how long it took, and what was done in it.
 * The clocks are this file's (-Wl,--wrap=clock_gettime). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/stall.h"

static const int64_t bounds_us[STALL_BUCKETS] = STALL_BUCKETS_US;
static int64_t now_us, cpu_us;
static unsigned readings;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	int64_t us = clock == CLOCK_THREAD_CPUTIME_ID ? cpu_us : now_us;

	readings += clock == CLOCK_THREAD_CPUTIME_ID;
	*ret = (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	return 0;
}

/* Lets us microseconds pass on the fake clock. The thread runs on a processor for running_us of
 * them. */
static void pass(int64_t us, int64_t running_us)
{
	now_us += us;
	cpu_us += running_us;
}

static struct stall begin(void)
{
	struct stall stall = {0};

	pass(5000000, 300000);
	stall_begin(&stall, now_us);
	return stall;
}

static unsigned above(const struct stall_times *times, int64_t us)
{
	unsigned count = 0;

	for (int i = 0; i <= STALL_BUCKETS; i++)
		if (i == STALL_BUCKETS || bounds_us[i] > us)
			count += times->buckets[i];
	return count;
}

static void what_others_run_is_no_work(void **state)
{
	struct stall stall = begin();

	(void)state;
	pass(60000, 3000);
	stall_next(&stall);
	assert_int_equal(above(&stall.held, 50000), 1);
	assert_int_equal(above(&stall.work, 5000), 0);
	assert_int_equal(stall.held.sum_us, 60000);
	assert_int_equal(stall.work.sum_us, 3000);
}

static void work_is_counted_for_its_own_piece(void **state)
{
	struct stall stall = begin();

	(void)state;
	pass(12000, 12000);
	stall_next(&stall);
	pass(30000, 0);
	stall_next(&stall);
	assert_int_equal(above(&stall.work, 10000), 1);
	assert_int_equal(stall.work.sum_us, 12000);
}

/* Many short pieces with a long one behind them. The clock of the processor is not read for each
 * piece, but all the work is counted. */
static void short_pieces_are_work_from_end_to_end(void **state)
{
	struct stall stall = begin();
	uint64_t done_us = 0;
	unsigned before = readings;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		pass(30, 10);
		done_us += 10;
		stall_next(&stall);
	}
	assert_true(readings - before <= 1000 * 30 / STALL_READ_US + 1);
	pass(11000, 11000);
	done_us += 11000;
	stall_next(&stall);
	assert_int_equal(above(&stall.work, 10000), 1);
	assert_true(stall.work.sum_us >= done_us);
	assert_true(stall.work.sum_us <= 1000 * 30 + 11000);
}

/* The loop slept or looked for the next event: that time belongs to no piece. */
static void what_is_done_between_iterations_is_of_no_piece(void **state)
{
	struct stall stall = begin();

	(void)state;
	stall_next(&stall);
	pass(400000, 40000);
	stall_begin(&stall, now_us);
	pass(20000, 200);
	stall_next(&stall);
	assert_int_equal(stall.held.sum_us, 20000);
	assert_int_equal(stall.work.sum_us, 200);
}

static void a_wait_for_the_disk_is_apart(void **state)
{
	struct stall stall = begin();

	(void)state;
	pass(2000, 2000);
	stall_disk_begin(&stall);
	pass(90000, 15000);
	stall_disk_end(&stall);
	pass(4000, 1000);
	stall_next(&stall);
	assert_int_equal(stall.disk.sum_us, 90000);
	assert_int_equal(stall.held.sum_us, 6000);
	assert_int_equal(stall.work.sum_us, 3000);
	stall_disk_begin(NULL);
	stall_disk_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_others_run_is_no_work),
		cmocka_unit_test(work_is_counted_for_its_own_piece),
		cmocka_unit_test(short_pieces_are_work_from_end_to_end),
		cmocka_unit_test(what_is_done_between_iterations_is_of_no_piece),
		cmocka_unit_test(a_wait_for_the_disk_is_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
