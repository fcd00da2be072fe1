/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static void values_and_depth_are_counted(void **state)
{
	static const struct {
		const char *text;
		size_t values,
			/* values, depth: the smallest bounds that accept the text; an empty array
			 * or object counts as two values */
			depth;
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
	for (size_t i = 0; i < 4; i++) {
		char text[32];

		strcpy(text, good[i]);
		json_replace_nul(text, strlen(text));
		assert_string_equal(text, good[i]);
	}
	assert_true(parse("\"\\u000") < 0);
	assert_true(parse("\"\\") < 0);
	assert_true(parse("7 x") < 0);
	assert_int_equal(parse("7 \r\n\t"), 0);
}

static void two_members_of_one_name_are_seen(void **state)
{
	static const struct {
		const char *text;
		int is_clear;
	} rows[] = {
		{"1", 1},
		{"\"a\"", 1},
		{"[]", 1},
		{"{}", 1},
		{"{\"a\":1,\"b\":1,\"A\":1,\"\":1}", 1},
		{"[{\"a\":1},{\"a\":1}]", 1},
		{"{\"a\":{\"a\":{\"a\":1}}}", 1},
		{"{\"a\":1,\"a\":1}", 0},
		{"{\"a\":1,\"b\":2,\"a\":null}", 0},
		{"{\"a\":1,\"\\u0061\":1}", 0},
		{"{\"\":1,\"\":1}", 0},
		{"[1,[{\"x\":[{\"a\":1,\"a\":1}]}],2]", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_json_ cJSON *value = NULL;

		assert_int_equal(json_parse(rows[i].text, strlen(rows[i].text), &value), 0);
		if (json_is_clear(value) != rows[i].is_clear)
			fail_msg("%s", rows[i].text);
	}
}

static void an_integer_in_a_string_has_the_form_of_one(void **state)
{
	static const struct {
		const char *text; /* of {"n":…} */
		bool is_one;
		int64_t number;
	} rows[] = {
		{"0", true, 0},		{"-7", true, -7},
		{"\"0\"", true, 0},	{"\"12\"", true, 12},
		{"\"-12\"", true, -12}, {"\"1751289421846\"", true, 1751289421846},
		{"1.5", false, 0},	{"\"\"", false, 0},
		{"\"-\"", false, 0},	{"\" 0\"", false, 0},
		{"\"0 \"", false, 0},	{"\"\\t0\"", false, 0},
		{"\"+0\"", false, 0},	{"\"-0\"", false, 0},
		{"\"00\"", false, 0},	{"\"0x1\"", false, 0},
		{"\"1e3\"", false, 0},	{"\"99999999999999999999\"", false, 0},
		{"null", false, 0},	{"true", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_json_ cJSON *value = NULL;
		char text[64];
		int64_t number = 0;

		snprintf(text, sizeof(text), "{\"n\":%s}", rows[i].text);
		assert_int_equal(json_parse(text, strlen(text), &value), 0);
		if (json_get_int(value, "n", &number) != rows[i].is_one || number != rows[i].number)
			fail_msg("%s", text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_and_depth_are_counted),
		cmocka_unit_test(a_spelled_nul_is_refused_and_nothing_that_looks_like_one),
		cmocka_unit_test(two_members_of_one_name_are_seen),
		cmocka_unit_test(an_integer_in_a_string_has_the_form_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
