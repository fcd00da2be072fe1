/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds/api.h"
#include "coc/retry_after.h"

#define NOW 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

static void retry_after_is_seconds_or_a_date(void **state)
{
	(void)state;
	assert_int_equal(retry_after_ms(NULL, NOW), -1);
	assert_int_equal(retry_after_ms("", NOW), -1);
	assert_int_equal(retry_after_ms("0", NOW), 0);
	assert_int_equal(retry_after_ms(" 120 ", NOW), 120000);
	assert_int_equal(retry_after_ms("99999999999999999999999", NOW), RETRY_AFTER_MAX_MS);
	assert_int_equal(retry_after_ms("-1", NOW), -1);
	assert_int_equal(retry_after_ms("1.5", NOW), -1);
	assert_int_equal(retry_after_ms("Sun, 06 Nov 1994 08:49:47 GMT", NOW), 10000);
	assert_int_equal(retry_after_ms("Sun, 06 Nov 1994 08:49:27 GMT", NOW), 0);
	assert_int_equal(retry_after_ms("Mon, 07 Nov 2094 08:49:37 GMT", NOW), RETRY_AFTER_MAX_MS);
	assert_int_equal(retry_after_ms("Mon, 07 Nov 9994 08:49:37 GMT", NOW), RETRY_AFTER_MAX_MS);
	assert_int_equal(retry_after_ms("Mon, 07 Nov 1094 08:49:37 GMT", NOW), -1);
	assert_int_equal(retry_after_ms("Sun, 06 Foo 1994 08:49:47 GMT", NOW), -1);
	assert_int_equal(retry_after_ms("Sun, 32 Nov 1994 08:49:47 GMT", NOW), -1);
	assert_int_equal(retry_after_ms("Sun, 06 Nov 1994 25:49:47 GMT", NOW), -1);
	assert_int_equal(retry_after_ms("soon", NOW), -1);
	assert_int_equal(retry_after_ms("120 seconds", NOW), -1);
}

/* RFC 9110: a client has to read the obsolete forms of a date, too. */
static void retry_after_may_be_an_old_form_of_a_date(void **state)
{
	(void)state;
	assert_int_equal(retry_after_ms("Sunday, 06-Nov-94 08:49:47 GMT", NOW), 10000);
	assert_int_equal(retry_after_ms("Sun Nov  6 08:49:47 1994", NOW), 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retry_after_is_seconds_or_a_date),
		cmocka_unit_test(retry_after_may_be_an_old_form_of_a_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
