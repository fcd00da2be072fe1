/* SPDX-License-Identifier: MIT */
/* A growing run of bytes: formatted text at the edge of its room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void test_text_is_whole_at_each_distance_from_the_end_of_the_room(void **state)
{
	char want[600];

	(void)state;
	for (int begun = 0; begun < 520; begun++) {
		_cleanup_buf_ struct buf buf = {0};
		int size = snprintf(want, sizeof(want), "%*s|%d|%s", begun, "", begun, "end");

		assert_int_equal(buf_printf(&buf, "%*s", begun, ""), 0);
		assert_int_equal(buf_printf(&buf, "|%d|%s", begun, "end"), 0);
		assert_int_equal(buf.size, size);
		assert_string_equal(buf.data, want);
		assert_true(buf.room > buf.size);
	}
}

static void test_text_longer_than_the_room_is_whole(void **state)
{
	_cleanup_buf_ struct buf buf = {0};

	(void)state;
	assert_int_equal(buf_append(&buf, "a", 1), 0);
	assert_int_equal(buf_printf(&buf, "%5000d", 7), 0);
	assert_int_equal(buf.size, 5001);
	assert_int_equal(strspn(buf.data + 1, " "), 4999);
	assert_string_equal(buf.data + 5000, "7");
}

static void test_no_text_leaves_an_empty_string(void **state)
{
	_cleanup_buf_ struct buf buf = {0};

	(void)state;
	assert_int_equal(buf_printf(&buf, "%s", ""), 0);
	assert_int_equal(buf.size, 0);
	assert_string_equal(buf.data, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_whole_at_each_distance_from_the_end_of_the_room),
		cmocka_unit_test(test_text_longer_than_the_room_is_whole),
		cmocka_unit_test(test_no_text_leaves_an_empty_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
