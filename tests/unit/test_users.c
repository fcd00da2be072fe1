/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/access/lockout.h"
#include "service/access/throttle.h"
#include "service/bounds.h"

#define LOCK_MS 300000

static void fail_often(struct lockout *lockout, int times, int64_t clock_ms)
{
	for (int i = 0; i < times; i++)
		lockout_fail(lockout, clock_ms, LOCK_MS);
}

static void one_failure_more_than_may_be_closes_the_lock(void **state)
{
	struct lockout lockout = {0};

	(void)state;
	fail_often(&lockout, SERVICE_AUTH_FAILURES_MAX, 1000);
	assert_false(lockout_is_closed(&lockout, 1000));
	fail_often(&lockout, 1, 1000);
	assert_true(lockout_is_closed(&lockout, 1000));
	assert_true(lockout_is_closed(&lockout, 1000 + LOCK_MS - 1));
	assert_false(lockout_is_closed(&lockout, 1000 + LOCK_MS));
}

static void a_success_between_them_keeps_it_open(void **state)
{
	struct lockout lockout = {0};

	(void)state;
	for (int i = 0; i < 10; i++) {
		fail_often(&lockout, SERVICE_AUTH_FAILURES_MAX, 1000);
		lockout_pass(&lockout);
	}
	assert_false(lockout_is_closed(&lockout, 1000));
}

static void after_the_lock_the_count_begins_anew(void **state)
{
	struct lockout lockout = {0};

	(void)state;
	fail_often(&lockout, SERVICE_AUTH_FAILURES_MAX + 1, 0);
	fail_often(&lockout, SERVICE_AUTH_FAILURES_MAX, LOCK_MS);
	assert_false(lockout_is_closed(&lockout, LOCK_MS));
	fail_often(&lockout, 1, LOCK_MS);
	assert_true(lockout_is_closed(&lockout, 2 * LOCK_MS - 1));
}

static void a_lock_of_no_time_never_closes(void **state)
{
	struct lockout lockout = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		lockout_fail(&lockout, 1000, 0);
	assert_false(lockout_is_closed(&lockout, 1000));
}

static int passed(struct throttle *throttle, int times, int64_t clock_ms)
{
	int n = 0;

	for (int i = 0; i < times; i++)
		n += throttle_pass(throttle, clock_ms);
	return n;
}

static void a_rate_counts_within_a_second(void **state)
{
	struct throttle throttle = {.rate = 3};

	(void)state;
	assert_int_equal(passed(&throttle, 5, 7000), 3);
	assert_int_equal(passed(&throttle, 5, 7999), 0);
	assert_int_equal(passed(&throttle, 2, 8000), 2);
	assert_int_equal(passed(&throttle, 5, 8500), 1);
	assert_int_equal(passed(&throttle, 5, 20000), 3);
}

static void without_a_rate_all_pass(void **state)
{
	struct throttle throttle = {0};

	(void)state;
	assert_int_equal(passed(&throttle, 1000, 0), 1000);
}

static void a_rate_is_a_number_a_second(void **state)
{
	static const char *const bad[] = {"",	  "5",	       "/s",	       "0/s",
					  "-1/s", "5/m",       "5 /s",	       "5/s ",
					  "x5/s", "1000001/s", "99999999999/s"};
	unsigned rate = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(throttle_parse(bad[i], &rate));
		assert_int_equal(rate, 7);
	}
	assert_true(throttle_parse("1/s", &rate));
	assert_int_equal(rate, 1);
	assert_true(throttle_parse("1000000/s", &rate));
	assert_int_equal(rate, 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_failure_more_than_may_be_closes_the_lock),
		cmocka_unit_test(a_success_between_them_keeps_it_open),
		cmocka_unit_test(after_the_lock_the_count_begins_anew),
		cmocka_unit_test(a_lock_of_no_time_never_closes),
		cmocka_unit_test(a_rate_counts_within_a_second),
		cmocka_unit_test(without_a_rate_all_pass),
		cmocka_unit_test(a_rate_is_a_number_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
