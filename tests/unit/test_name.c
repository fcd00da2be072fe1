/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "job/name.h"

static void yaml_and_yml_make_a_job_file(void **state)
{
	(void)state;
	assert_true(name_is_job("a.yaml"));
	assert_true(name_is_job("a.yml"));
	assert_true(name_is_job("name with spaces.yaml"));
	assert_true(name_is_job("重启服务.yaml"));
	assert_true(name_is_job("a.yaml.yaml"));
	assert_true(name_is_job("-.yml"));
}

static void everything_else_is_scratch(void **state)
{
	static const char *const names[] = {
		"",	  "a",	     "yaml",	   ".yaml",	 ".yml",      ".a.yaml",
		"a.YAML", "a.yaml~", "a.yaml.swp", ".a.yaml.sw", "a.yaml.id", "a.yaml.error",
		"README", "a.yaml ", "a.yamlx",	   "ayaml",	 "#a.yaml#",  "a.json",
		"..yaml",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(name_is_job(names[i]));
}

static void siblings_name_their_job(void **state)
{
	size_t length = 0;

	(void)state;
	assert_int_equal(name_sibling("a.yaml.id", &length), SIBLING_ID);
	assert_int_equal(length, strlen("a.yaml"));
	assert_int_equal(name_sibling("restart web.yml.error", &length), SIBLING_ERROR);
	assert_int_equal(length, strlen("restart web.yml"));
	assert_int_equal(name_sibling("a.yaml.id", NULL), SIBLING_ID);
}

static void a_name_beside_no_job_is_no_sibling(void **state)
{
	static const char *const names[] = {
		"",
		".id",
		"a.id",
		"a.yaml",
		".a.yaml.id",
		".yaml.id",
		"a.yaml.ID",
		"a.yaml.id~",
		"a.yaml.id.id",
		"a.yaml.error.id",
		"a.txt.error",
		"a.yamlid",
		"a.yaml.warning",
		".yml.error",
	};
	size_t length = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(name_sibling(names[i], &length), SIBLING_NONE);
	assert_int_equal(length, 77);
}

static void suffixes_belong_to_their_siblings(void **state)
{
	(void)state;
	assert_string_equal(sibling_suffix(SIBLING_NONE), "");
	assert_string_equal(sibling_suffix(SIBLING_ID), ".id");
	assert_string_equal(sibling_suffix(SIBLING_ERROR), ".error");
}

static void the_stem_is_the_name_without_its_suffix(void **state)
{
	(void)state;
	assert_int_equal(name_stem_length("a.yaml"), 1);
	assert_int_equal(name_stem_length("a.b.yml"), 3);
	assert_int_equal(name_stem_length("a.yaml.yml"), 6);
	assert_int_equal(name_stem_length("README"), 6);
	assert_int_equal(name_stem_length(".yaml"), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(yaml_and_yml_make_a_job_file),
		cmocka_unit_test(everything_else_is_scratch),
		cmocka_unit_test(siblings_name_their_job),
		cmocka_unit_test(a_name_beside_no_job_is_no_sibling),
		cmocka_unit_test(suffixes_belong_to_their_siblings),
		cmocka_unit_test(the_stem_is_the_name_without_its_suffix),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
