/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static void values_and_depth_are_counted(void **state)
{
	static const struct {
		const char *text;
		size_t values,
			depth; /* the least that lets it pass; an empty collection counts as two */
	} rows[] = {
		{"", 1, 0},
		{"7", 1, 0},
		{"\"a,[{\"", 1, 0},
		{"\"a\\\",[\\\\\"", 1, 0},
		{"[]", 2, 1},
		{"[1,2,3]", 4, 1},
		{"{\"a\":1,\"b\":[\"x,y\",{}]}", 6, 3},
		{"[[[[]]],[]]", 7, 4},
		{"[\"\\\\\",\"\\\"\",\",\"]", 4, 1},
		{"[\"not ended, [[[", 2, 1},
		{"[\"ends in a backslash\\", 2, 1},
		{"]]]]", 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = rows[i].text;
		size_t size = strlen(text), values = rows[i].values, depth = rows[i].depth;

		if (!json_is_within(text, size, values, depth))
			fail_msg("%s has more", text);
		if (json_is_within(text, size, values - 1, depth))
			fail_msg("%s has less values", text);
		if (depth && json_is_within(text, size, values, depth - 1))
			fail_msg("%s is less deep", text);
	}
}

static int parse(const char *text)
{
	_cleanup_json_ cJSON *value = NULL;

	return json_parse(text, strlen(text), &value);
}

static void a_spelled_nul_is_refused_and_nothing_that_looks_like_one(void **state)
{
	static const char *const good[] = {"\"u0000\"", "\"\\\\u0000\"", "\"\\\\\\\\u0000\"",
					   "\"\\n u0000\""};

	(void)state;
	assert_true(parse("\"\\u0000\"") < 0);
	assert_true(parse("\"\\\\\\u0000\"") < 0);
	assert_true(parse("\"a\\n\\u0000b\"") < 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(parse(good[i]), 0);
	assert_true(parse("\"\\u000") < 0);
	assert_true(parse("\"\\") < 0);
	assert_true(parse("7 x") < 0);
	assert_int_equal(parse("7 \r\n\t"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_and_depth_are_counted),
		cmocka_unit_test(a_spelled_nul_is_refused_and_nothing_that_looks_like_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
