/* SPDX-License-Identifier: MIT */
/* Tests of the growing buffer: formatted text at the edge of its room. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

static void test_an_error_sticks(void **state)
{
	_cleanup_buf_ struct buf buf = {0};

	(void)state;
	assert_int_equal(buf_puts(&buf, "kept"), 0);
	assert_int_equal(buf_reserve(&buf, SIZE_MAX - 2), -ENOMEM);
	assert_int_equal(buf_append(&buf, "a", 1), -ENOMEM);
	assert_int_equal(buf_puts(&buf, "b"), -ENOMEM);
	assert_int_equal(buf_printf(&buf, "%d", 1), -ENOMEM);
	assert_int_equal(buf_reserve(&buf, 1), -ENOMEM);
	assert_int_equal(buf.error, -ENOMEM);
	assert_string_equal(buf.data, "kept");
	assert_int_equal(buf.size, 4);
}

static void test_a_cut_drops_the_end_and_the_error(void **state)
{
	_cleanup_buf_ struct buf buf = {0};

	(void)state;
	buf_cut(&buf, 0); /* nothing was appended yet */
	assert_int_equal(buf_puts(&buf, "kept and not"), 0);
	assert_int_equal(buf_append(&buf, "", SIZE_MAX - 2), -ENOMEM);
	buf_cut(&buf, 4);
	assert_string_equal(buf.data, "kept");
	assert_int_equal(buf_puts(&buf, "!"), 0);
	assert_string_equal(buf.data, "kept!");
}

static void test_nothing_is_taken_out_of_a_buffer_that_failed(void **state)
{
	struct buf buf = {0};
	char *text;

	(void)state;
	assert_int_equal(buf_puts(&buf, "half"), 0);
	assert_int_equal(buf_reserve(&buf, SIZE_MAX - 2), -ENOMEM);
	assert_null(buf_steal(&buf));
	assert_int_equal(buf_puts(&buf, "whole"), 0);
	text = buf_steal(&buf);
	assert_string_equal(text, "whole");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_whole_at_each_distance_from_the_end_of_the_room),
		cmocka_unit_test(test_text_longer_than_the_room_is_whole),
		cmocka_unit_test(test_no_text_leaves_an_empty_string),
		cmocka_unit_test(test_an_error_sticks),
		cmocka_unit_test(test_a_cut_drops_the_end_and_the_error),
		cmocka_unit_test(test_nothing_is_taken_out_of_a_buffer_that_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
