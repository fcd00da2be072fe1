/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void a_place_stands_before_the_sentence_and_in_two_lines(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, EINVAL, "is wrong");
	assert_string_equal(err_sentence(&err), "is wrong");
	err_context(&err, "the name");
	err_place(&err, 3, 14);
	assert_string_equal(err.text, "3:14: the name: is wrong");
	assert_string_equal(err.details, "line: 3\ncolumn: 14\n");
	assert_string_equal(err_sentence(&err), "the name: is wrong");
	err_context(&err, "a.yaml"); /* the place is not first any more: the whole text counts */
	assert_string_equal(err_sentence(&err), "a.yaml: 3:14: the name: is wrong");
	err_set(&err, EINVAL, "1:2: it begins so");
	assert_string_equal(err_sentence(&err), "1:2: it begins so");
	err_place(NULL, 1, 1);
}

static void a_line_is_found_by_its_whole_key(void **state)
{
	struct err err;
	const char *value;
	size_t size = 0;

	(void)state;
	err_set(&err, EINVAL, "wrong");
	assert_null(err_find(&err, "what", &size));
	err_detail(&err, "what_to_do", "mend: it");
	err_detail(&err, "what", "first");
	err_detail(&err, "what", "second");
	value = err_find(&err, "what", &size);
	assert_int_equal(size, 5);
	assert_memory_equal(value, "first", 5);
	value = err_find(&err, "what_to_do", &size);
	assert_int_equal(size, 8);
	assert_memory_equal(value, "mend: it", 8);
	assert_null(err_find(&err, "first", &size));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_stands_before_the_sentence_and_in_two_lines),
		cmocka_unit_test(a_line_is_found_by_its_whole_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
