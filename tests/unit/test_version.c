/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "job/version.h"

static void a_version_has_a_number(void **state)
{
	(void)state;
	assert_int_equal(version_number("v1"), 1);
	assert_int_equal(version_number("v100"), 100);
	assert_int_equal(version_number("v999999999"), 999999999);
	assert_int_equal(version_number_of("v123", 3), 12);
}

static void another_text_has_none(void **state)
{
	static const char *const texts[] = {NULL,  "",	   "v",	   "2",	  "v0",
					    "v01", "v 1",  "v-1",  "v1x", "V1",
					    " v1", "v1\n", "v1.0", "vv1", "v9999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(version_number(texts[i]), 0);
	assert_int_equal(version_number_of("v1\0", 3), 0);
	assert_int_equal(version_number_of("", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_has_a_number),
		cmocka_unit_test(another_text_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
