/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
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
#include "bounds/job.h"
#include "job/attributes.h"
#include "job/fixed.h"

static int check(enum attr attr, const char *value)
{
	struct err err = {0};
	int r = attr_check(attr, value, strlen(value), &err);

	/* a refusal names the attribute and gives an example; err may be NULL */
	if (r < 0) {
		assert_int_equal(err.errnum, -r);
		assert_non_null(strstr(err.text, attr_field(attr)));
		assert_non_null(strstr(err.details, "example: "));
	} else {
		assert_int_equal(err.errnum, 0);
	}
	assert_int_equal(attr_check(attr, value, strlen(value), NULL), r);
	return r;
}

static void put(struct attr_set *set, enum attr attr, const char *value)
{
	assert_int_equal(attr_set_put(set, attr, value, strlen(value)), 0);
}

static void extended_attributes_are_known_by_their_names(void **state)
{
	(void)state;
	for (int i = 0; i < ATTR_COUNT; i++) {
		char xattr[128];

		snprintf(xattr, sizeof(xattr), ATTR_XATTR_PREFIX "%s", attr_field((enum attr)i));
		assert_int_equal(attr_from_xattr(xattr), i);
	}
	assert_int_equal(attr_from_xattr("user.coc.risk_level"), ATTR_RISK_LEVEL);
	assert_int_equal(attr_from_xattr("user.coc."), -1);
	assert_int_equal(attr_from_xattr("user.coc.risk"), -1);
	assert_int_equal(attr_from_xattr("user.coc.risk_levels"), -1);
	assert_int_equal(attr_from_xattr("user.coc.Name"), -1);
	assert_int_equal(attr_from_xattr("coc.name"), -1);
	assert_int_equal(attr_from_xattr(""), -1);
}

static void a_risk_level_is_one_of_three_words(void **state)
{
	enum risk risk = RISK_MEDIUM;

	(void)state;
	assert_int_equal(check(ATTR_RISK_LEVEL, "LOW"), 0);
	assert_int_equal(check(ATTR_RISK_LEVEL, "HIGH"), 0);
	assert_int_equal(check(ATTR_RISK_LEVEL, "low"), -EINVAL);
	assert_int_equal(check(ATTR_RISK_LEVEL, ""), -EINVAL);
	assert_int_equal(check(ATTR_RISK_LEVEL, "LOW "), -EINVAL);
	assert_int_equal(check(ATTR_RISK_LEVEL, "LOW\n"), -EINVAL);
	assert_int_equal(attr_check(ATTR_RISK_LEVEL, "HIGHER", 4, NULL), 0);
	assert_int_equal(attr_check(ATTR_RISK_LEVEL, "LOW", 4, NULL), -EINVAL);
	assert_int_equal(risk_parse("High", &risk), -EINVAL);
	assert_int_equal(risk, RISK_MEDIUM);
	assert_int_equal(risk_parse("HIGH", &risk), 0);
	assert_int_equal(risk, RISK_HIGH);
}

static void lengths_are_counted_in_characters(void **state)
{
	static const enum attr attrs[] = {ATTR_ENTERPRISE_PROJECT_ID, ATTR_NAME, ATTR_DESCRIPTION};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		_cleanup_buf_ struct buf value = {0};

		assert_int_equal(check(attrs[i], ""), attrs[i] == ATTR_DESCRIPTION ? 0 : -EINVAL);
		for (int n = 0; n < 128; n++)
			assert_int_equal(buf_append(&value, "中", 3), 0);
		assert_int_equal(check(attrs[i], value.data), 0);
		assert_int_equal(buf_append(&value, "x", 1), 0);
		assert_int_equal(check(attrs[i], value.data), -EINVAL);
	}
}

static void values_are_clean_utf8(void **state)
{
	static const char *const bad[] = {"a\xff",     "\xc0\xaf", "a\x7f",   "\x1b[31m",
					  "a\xc2\x85", "a\rb",	   "\xe4\xb8"};

	(void)state;
	for (int attr = 0; attr < ATTR_COUNT; attr++) {
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			_cleanup_free_ char *value = NULL;

			assert_true(asprintf(&value, "%s%s", attr == ATTR_TAGS ? "k=" : "",
					     bad[i]) > 0);
			assert_int_equal(check((enum attr)attr, value), -EINVAL);
		}
		assert_int_equal(attr_check((enum attr)attr, "k=\0v", 4, NULL), -EINVAL);
	}
	assert_int_equal(check(ATTR_NAME, "café ☕ – x"), 0);
	assert_int_equal(check(ATTR_NAME, "a\tb"), -EINVAL);
	assert_int_equal(check(ATTR_NAME, "a\nb"), -EINVAL);
	assert_int_equal(check(ATTR_DESCRIPTION, "two\n\tlines\n"), 0);
}

static void values_of_any_attribute_have_a_bound(void **state)
{
	_cleanup_buf_ struct buf value = {0};

	(void)state;
	assert_int_equal(buf_printf(&value, "k=%*s", ATTR_VALUE_MAX - 2, ""), 0);
	assert_int_equal(check(ATTR_TAGS, value.data), 0);
	assert_int_equal(buf_append(&value, "x", 1), 0);
	assert_int_equal(check(ATTR_TAGS, value.data), -EINVAL);
}

static void tags_are_pairs(void **state)
{
	_cleanup_buf_ struct buf value = {0};

	(void)state;
	assert_int_equal(check(ATTR_TAGS, ""), 0);
	assert_int_equal(check(ATTR_TAGS, "a=1"), 0);
	assert_int_equal(check(ATTR_TAGS, "a=,b=x=y,c d=e f"), 0);
	assert_int_equal(check(ATTR_TAGS, "a"), -EINVAL);
	assert_int_equal(check(ATTR_TAGS, "=1"), -EINVAL);
	assert_int_equal(check(ATTR_TAGS, "a=1,"), -EINVAL);
	assert_int_equal(check(ATTR_TAGS, ",a=1"), -EINVAL);
	assert_int_equal(check(ATTR_TAGS, "a=1,,b=2"), -EINVAL);
	assert_int_equal(check(ATTR_TAGS, "a=1,b=2,a=3"), -EINVAL);
	for (int i = 0; i < ATTR_TAGS_MAX; i++)
		assert_int_equal(buf_printf(&value, "%sk%d=v", i ? "," : "", i), 0);
	assert_int_equal(check(ATTR_TAGS, value.data), 0);
	assert_int_equal(buf_printf(&value, ",more=v"), 0);
	assert_int_equal(check(ATTR_TAGS, value.data), -EINVAL);
}

static void tags_are_split_for_the_api(void **state)
{
	struct job_tag *tags = (struct job_tag *)&tags;
	size_t n = 7;

	(void)state;
	assert_int_equal(attr_tags_split("a=1,a=2", &tags, &n), -EINVAL);
	assert_int_equal(n, 7);
	assert_int_equal(attr_tags_split(NULL, &tags, &n), 0);
	assert_null(tags);
	assert_int_equal(n, 0);
	assert_int_equal(attr_tags_split("", &tags, &n), 0);
	assert_null(tags);
	assert_int_equal(attr_tags_split("team=web,empty=,eq=a=b", &tags, &n), 0);
	assert_int_equal(n, 3);
	assert_string_equal(tags[0].key, "team");
	assert_string_equal(tags[0].value, "web");
	assert_string_equal(tags[1].key, "empty");
	assert_string_equal(tags[1].value, "");
	assert_string_equal(tags[2].key, "eq");
	assert_string_equal(tags[2].value, "a=b");
	free(tags);
}

static void the_nearest_value_stays(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0};

	(void)state;
	assert_int_equal(attr_set_default(&set, ATTR_NAME, "near", 4), 0);
	assert_int_equal(attr_set_default(&set, ATTR_NAME, "far", 3), 0);
	assert_string_equal(set.value[ATTR_NAME], "near");
	assert_int_equal(attr_set_put(&set, ATTR_NAME, "newer", 3), 0);
	assert_string_equal(set.value[ATTR_NAME], "new");
	assert_int_equal(attr_set_put(&set, ATTR_NAME, set.value[ATTR_NAME], 2), 0);
	assert_string_equal(set.value[ATTR_NAME], "ne");
	assert_int_equal(attr_set_put(&set, ATTR_NAME, NULL, 0), 0);
	assert_string_equal(set.value[ATTR_NAME], "");
	attr_set_finish(&set);
	assert_null(set.value[ATTR_NAME]);
}

static void a_job_without_attributes_takes_them_from_its_meta(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0};
	struct dsl_report report = {.meta_name = "from-meta", .meta_description = "what\nit does"};

	(void)state;
	put(&set, ATTR_RISK_LEVEL, "LOW");
	assert_int_equal(attrs_settle(&set, &report, "stem", "/m/stem.yaml", RISK_HIGH, NULL), 0);
	assert_string_equal(set.value[ATTR_NAME], "from-meta");
	assert_string_equal(set.value[ATTR_DESCRIPTION], "what\nit does");
	assert_string_equal(set.value[ATTR_ENTERPRISE_PROJECT_ID], "0");
	assert_null(set.value[ATTR_TAGS]);
}

static void a_job_without_meta_is_named_after_its_file(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0}, other = {0};
	struct dsl_report report = {0};

	(void)state;
	put(&set, ATTR_RISK_LEVEL, "LOW");
	assert_int_equal(attrs_settle(&set, NULL, "stem", "/m/stem.yaml", RISK_HIGH, NULL), 0);
	assert_string_equal(set.value[ATTR_NAME], "stem");
	assert_null(set.value[ATTR_DESCRIPTION]);
	put(&other, ATTR_RISK_LEVEL, "LOW");
	assert_int_equal(attrs_settle(&other, &report, "s", "/m/s.yaml", RISK_HIGH, NULL), 0);
	assert_string_equal(other.value[ATTR_NAME], "s");
}

static void attributes_go_before_meta(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0};
	struct dsl_report report = {.meta_name = "bad\nname", .meta_description = "from meta"};

	(void)state;
	put(&set, ATTR_RISK_LEVEL, "MEDIUM");
	put(&set, ATTR_NAME, "own");
	put(&set, ATTR_DESCRIPTION, "");
	put(&set, ATTR_ENTERPRISE_PROJECT_ID, "p1");
	assert_int_equal(attrs_settle(&set, &report, "stem", "/m/stem.yaml", RISK_MEDIUM, NULL), 0);
	assert_string_equal(set.value[ATTR_NAME], "own");
	assert_string_equal(set.value[ATTR_DESCRIPTION], "");
	assert_string_equal(set.value[ATTR_ENTERPRISE_PROJECT_ID], "p1");
}

static void a_missing_risk_level_is_told_with_the_command(void **state)
{
	static const struct {
		const char *shown, *command;
	} files[] = {
		{"/m/a.yaml", "-v HIGH '/m/a.yaml'\n"},
		{"/m/it's here.yaml", "-v HIGH '/m/it'\\''s here.yaml'\n"},
		{"-rf.yaml", "-v HIGH './-rf.yaml'\n"},
		{"/m/a\n'\\.yaml", "-v HIGH $'/m/a\\012\\'\\\\.yaml'\n"},
		{"/m/$(x) `y`.yaml", "-v HIGH '/m/$(x) `y`.yaml'\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		_cleanup_attr_set_ struct attr_set set = {0};
		struct err err = {0};

		assert_int_equal(attrs_settle(&set, NULL, "a", files[i].shown, RISK_HIGH, &err),
				 -ENODATA);
		assert_int_equal(err.errnum, ENODATA);
		assert_non_null(strstr(err.text, "LOW, MEDIUM or HIGH"));
		assert_non_null(strstr(err.details, "setfattr -n user.coc.risk_level -v HIGH "));
		assert_non_null(strstr(err.details, files[i].command));
		assert_int_equal(attrs_settle(&set, NULL, "a", files[i].shown, RISK_HIGH, NULL),
				 -ENODATA);
	}
}

static void a_command_for_a_very_long_path_stays_whole(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0};
	_cleanup_buf_ struct buf path = {0};
	struct err err = {0};

	(void)state;
	while (path.size < 4000)
		assert_int_equal(buf_printf(&path, "/directory"), 0);
	assert_int_equal(buf_printf(&path, "/a.yaml"), 0);
	assert_int_equal(attrs_settle(&set, NULL, "a", path.data, RISK_MEDIUM, &err), -ENODATA);
	assert_non_null(strstr(err.text, "LOW or MEDIUM"));
	assert_non_null(strstr(err.details, "-v MEDIUM 'a.yaml'\n"));
}

static void a_risk_above_the_mounts_is_refused(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0};
	struct err err = {0};

	(void)state;
	put(&set, ATTR_RISK_LEVEL, "HIGH");
	assert_int_equal(attrs_settle(&set, NULL, "a", "/m/a.yaml", RISK_MEDIUM, &err), -EPERM);
	assert_int_equal(err.errnum, EPERM);
	assert_non_null(strstr(err.text, "HIGH is above MEDIUM"));
}

static void a_bad_meta_is_told_with_its_place(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0};
	char longer[130];
	struct dsl_report report = {
		.meta_name = "two\nlines",
		.meta_name_place = {.line = 2, .column = 9},
		.meta_description = longer,
		.meta_description_place = {.line = 4, .column = 16},
	};
	struct err err = {0};

	(void)state;
	memset(longer, 'x', 129);
	longer[129] = '\0';
	put(&set, ATTR_RISK_LEVEL, "LOW");
	assert_int_equal(attrs_settle(&set, &report, "a", "/m/a.yaml", RISK_HIGH, &err), -EINVAL);
	assert_non_null(strstr(err.text, "2:9"));
	assert_non_null(strstr(err.text, "meta.name"));
	assert_non_null(strstr(err.details, "setfattr -n user.coc.name -v VALUE '/m/a.yaml'"));
	assert_int_equal(attrs_settle(&set, &report, "a", "/m/a.yaml", RISK_HIGH, NULL), -EINVAL);
	report.meta_name = "ok";
	assert_int_equal(attrs_settle(&set, &report, "a", "/m/a.yaml", RISK_HIGH, &err), -EINVAL);
	assert_non_null(strstr(err.text, "4:16"));
	assert_non_null(strstr(err.details, "line: 4\ncolumn: 16\n"));
	assert_memory_equal(err_sentence(&err), "meta.description cannot", 23);
	assert_non_null(strstr(err.details, "129, at most 128"));
}

static void a_file_name_that_is_no_job_name_is_refused(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0};
	struct err err = {0};
	char longer[130];

	(void)state;
	memset(longer, 'x', 129);
	longer[129] = '\0';
	put(&set, ATTR_RISK_LEVEL, "LOW");
	assert_int_equal(attrs_settle(&set, NULL, longer, "/m/a.yaml", RISK_HIGH, &err), -EINVAL);
	assert_non_null(strstr(err.text, "file's name"));
	assert_int_equal(attrs_settle(&set, NULL, "a\xff", "/m/a.yaml", RISK_HIGH, NULL), -EINVAL);
	assert_null(set.value[ATTR_NAME]);
}

/* attrs_settle_texts() needs no risk level in the set: the level may come from elsewhere. */
static void the_texts_are_settled_alone(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0};
	struct dsl_report report = {.meta_description = "of meta"};

	(void)state;
	assert_int_equal(attrs_settle_texts(&set, &report, NULL, "a.yaml", NULL), 0);
	assert_null(set.value[ATTR_NAME]);
	assert_null(set.value[ATTR_RISK_LEVEL]);
	assert_string_equal(set.value[ATTR_DESCRIPTION], "of meta");
	assert_string_equal(set.value[ATTR_ENTERPRISE_PROJECT_ID], "0");
	assert_int_equal(attrs_settle_texts(&set, &report, "stem", "a.yaml", NULL), 0);
	assert_string_equal(set.value[ATTR_NAME], "stem");
	assert_null(set.value[ATTR_RISK_LEVEL]);
}

static void a_value_that_came_in_unchecked_is_refused(void **state)
{
	_cleanup_attr_set_ struct attr_set set = {0};
	struct err err = {0};

	(void)state;
	put(&set, ATTR_RISK_LEVEL, "NONE");
	assert_int_equal(attrs_settle(&set, NULL, "a", "/m/a.yaml", RISK_HIGH, &err), -EINVAL);
	assert_non_null(strstr(err.text, "risk_level"));
}

/* May a job that was made with one value (made_with; NULL: without a value) get another value?
 * Returns 0 or -EPERM. */
static int change(enum attr attr, const char *made_with, const char *value)
{
	struct err err = {0};
	int r = attr_check_fixed(attr, value, strlen(value), made_with, "leave it", &err);

	assert_int_equal(err.errnum, -r);
	if (r < 0) {
		assert_non_null(strstr(err.text, attr_field(attr)));
		assert_non_null(strstr(err.text, made_with ? made_with : "\"\""));
		assert_non_null(strstr(err.details, "leave it, or "));
	}
	return r;
}

static void a_project_and_tags_cannot_change(void **state)
{
	(void)state;
	for (int i = 0; i < ATTR_COUNT; i++) {
		const enum attr attr = (enum attr)i;
		const bool fixed = attr == ATTR_ENTERPRISE_PROJECT_ID || attr == ATTR_TAGS;

		assert_int_equal(attr_is_fixed(attr), fixed);
		assert_int_equal(change(attr, "a=1", "a=1"), 0);
		assert_int_equal(change(attr, NULL, ""), 0);
		assert_int_equal(change(attr, "a=1", "a=12"), fixed ? -EPERM : 0);
		assert_int_equal(change(attr, "a=12", "a=1"), fixed ? -EPERM : 0);
		assert_int_equal(change(attr, "a=1", ""), fixed ? -EPERM : 0);
		assert_int_equal(change(attr, NULL, "a=1"), fixed ? -EPERM : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extended_attributes_are_known_by_their_names),
		cmocka_unit_test(a_risk_level_is_one_of_three_words),
		cmocka_unit_test(lengths_are_counted_in_characters),
		cmocka_unit_test(values_are_clean_utf8),
		cmocka_unit_test(values_of_any_attribute_have_a_bound),
		cmocka_unit_test(tags_are_pairs),
		cmocka_unit_test(tags_are_split_for_the_api),
		cmocka_unit_test(the_nearest_value_stays),
		cmocka_unit_test(a_job_without_attributes_takes_them_from_its_meta),
		cmocka_unit_test(a_job_without_meta_is_named_after_its_file),
		cmocka_unit_test(attributes_go_before_meta),
		cmocka_unit_test(a_missing_risk_level_is_told_with_the_command),
		cmocka_unit_test(a_command_for_a_very_long_path_stays_whole),
		cmocka_unit_test(a_risk_above_the_mounts_is_refused),
		cmocka_unit_test(a_bad_meta_is_told_with_its_place),
		cmocka_unit_test(a_file_name_that_is_no_job_name_is_refused),
		cmocka_unit_test(the_texts_are_settled_alone),
		cmocka_unit_test(a_value_that_came_in_unchecked_is_refused),
		cmocka_unit_test(a_project_and_tags_cannot_change),
	};

	return cmocka_run_group_tests_name("attrs", tests, NULL, NULL);
}
