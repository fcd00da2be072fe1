/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "job/ignore.h"

static struct ignore *parse(const char *text)
{
	struct ignore *ignore = NULL;
	struct err err = {0};

	assert_int_equal(ignore_parse(text, &ignore, &err), 0);
	assert_non_null(ignore);
	return ignore;
}

static bool matches(const char *globs, const char *name)
{
	struct ignore *ignore = parse(globs);
	bool match = ignore_matches(ignore, name);

	ignore_free(ignore);
	return match;
}

static void what_tools_leave_behind_is_ignored(void **state)
{
	static const char *const names[] = {
		"a_BACKUP_4711.yaml",
		"a_BASE_4711.yml",
		"a_LOCAL_4711.yaml",
		"a_REMOTE_1.yaml",
		"a_LOCAL_LCONFL_4711.yaml",
		"a_REMOTE_RCONFL_4711.yml",
		"a.b_LOCAL_4711.yaml",
		"a.sync-conflict-20250701-180239-ABCDEFG.yaml",
		"a.sync-conflict-20250701-180239.yml",
		"a (conflicted copy 2025-07-01 180239).yaml",
		"a (conflicted copy bob 2025-07-01 180239).yaml",
		"a (John Doe's conflicted copy 2025-07-01).yaml",
		"a_conflict-20250701-180239.yaml",
		"a (SFConflict bob@example.com 2025-07-01-18-02-39).yaml",
		"a (SFConflict 2025-07-01-18-02-39).yml",
		"a_Andy-PC_Jan-03-0901-2013_Conflict.yaml",
		"a_Andy-PC_Jan-03-0901-2013_CaseConflict_1.yaml",
		"a (copy: conflict on 2016-05-03).yaml",
		"a (copy: conflict #2 on 2016-05-03).yaml",
		"a.conflict1.yaml",
	};
	struct ignore *ignore = parse(ignore_defaults);

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!ignore_matches(ignore, names[i]))
			fail_msg("%s is not ignored", names[i]);
	ignore_free(ignore);
}

static void names_that_people_give_are_not(void **state)
{
	static const char *const names[] = {
		"a.yaml",
		"x_LOCAL_db.yaml",
		"restart_LOCAL.yaml",
		"a_BACKUP_.yaml",
		"BASE_1.yaml",
		"a_local_1.yaml",
		"a_REMOTEs_1.yaml",
		"sync-conflict.yaml",
		"a.sync-conflict-of-today.yaml",
		"resolve conflicted copy.yaml",
		"a (conflicted copy).yaml",
		"a (SFConflict).yaml",
		"a_conflict-resolver.yaml",
		"a-1234-5678_check.yaml",
		"a.conflict.yaml",
		"重启服务.yaml",
		"",
	};
	struct ignore *ignore = parse(ignore_defaults);

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (ignore_matches(ignore, names[i]))
			fail_msg("%s is ignored", names[i]);
	ignore_free(ignore);
}

static void globs_are_those_of_fnmatch(void **state)
{
	(void)state;
	assert_true(matches("config-*.yaml", "config-a1b2.yaml"));
	assert_true(matches("x:*.old.yaml", "a.old.yaml"));
	assert_true(matches("[!a-c]?.yaml", "xy.yaml"));
	assert_false(matches("[!a-c]?.yaml", "ay.yaml"));
	assert_true(matches("[[:digit:]]*.yaml:nothing", "7x.yaml"));
	assert_true(matches("a\\*.yaml", "a*.yaml"));
	assert_false(matches("a\\*.yaml", "ab.yaml"));
	assert_true(matches("*", "a.yaml"));
	assert_true(matches("\\[ab", "[ab"));
	assert_true(matches("ab]", "ab]"));
	assert_true(matches("[]-a]", "^"));
	assert_true(matches("[a-]", "-"));
	assert_true(matches("[[.a.][=b=]]", "b"));
	assert_true(matches("[a\\]b]", "]"));
	assert_true(matches("[\\a-\\c]", "b"));
	assert_false(matches("*.YAML", "a.yaml"));
	assert_false(matches("", "a.yaml"));
	assert_false(ignore_matches(NULL, "a.yaml"));
}

/* The matcher first looks in a name for a run of the pattern's plain characters. So each name that
 * matches must have this run. */
static void no_match_is_missed_for_want_of_a_plain_run(void **state)
{
	(void)state;
	assert_true(matches("a*bc*d.yaml", "a-bc-d.yaml"));
	assert_true(matches("[ab]cd[ef].yaml", "acde.yaml"));
	assert_true(matches("x\\y?\\z.yaml", "xyaz.yaml"));
	assert_true(matches("ab[]x]cdef.yaml", "ab]cdef.yaml"));
	assert_true(matches("[[a]x].yaml", "[x].yaml"));
}

static void a_colon_can_be_of_a_glob(void **state)
{
	(void)state;
	assert_true(matches("a[:]b.yaml:c.yaml", "a:b.yaml"));
	assert_true(matches("a[:]b.yaml:c.yaml", "c.yaml"));
	assert_true(matches("a\\:b.yaml", "a:b.yaml"));
	assert_true(matches("a?b.yaml", "a:b.yaml"));
	assert_true(matches("\\[a:b", "[a"));
}

static void refuse(const char *text, const char *word)
{
	struct ignore *ignore = NULL;
	struct err err = {0};

	assert_int_equal(ignore_parse(text, &ignore, &err), -EINVAL);
	assert_null(ignore);
	if (!strstr(err.text, word))
		fail_msg("no \"%s\" in: %s", word, err.text);
}

static void what_is_wrong_is_said(void **state)
{
	char text[NAME_MAX + 2], many[2 * IGNORE_GLOBS_MAX + 2] = "";

	(void)state;
	refuse(":a.yaml", "empty");
	refuse("a.yaml:", "empty");
	refuse("a.yaml::b.yaml", "empty");
	refuse("dir/*.yaml", "slash");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	refuse(text, "longer");
	for (int i = 0; i < IGNORE_GLOBS_MAX; i++)
		strcat(many, i ? ":a" : "a");
	ignore_free(parse(many));
	strcat(many, ":a");
	refuse(many, "more than");
	/* a pattern that can never match is refused, and the error says where its fault is */
	refuse("[", "\"[\", character 1: no ] ends");
	refuse("[a", "\"[a\", character 1: no ] ends");
	refuse("a[]", "character 2: no ] ends");
	refuse("a[!]", "character 2: no ] ends");
	refuse("[a:b", "\"[a\", character 1: no ] ends");
	refuse("x.yaml:重启[a", "\"重启[a\", character 3: no ] ends");
	refuse("a\\", "character 2: nothing follows");
	refuse("b.yaml:*.c\\", "\"*.c\\\", character 4: nothing follows");
	refuse("[z-a]", "character 2: this range");
	refuse("[a[z-b]", "character 4: this range");
	refuse("x[[:digits:]]", "character 3: there is no class [:digits:]");
	refuse("[[.ab.]]", "character 2: there is no class");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_tools_leave_behind_is_ignored),
		cmocka_unit_test(names_that_people_give_are_not),
		cmocka_unit_test(globs_are_those_of_fnmatch),
		cmocka_unit_test(no_match_is_missed_for_want_of_a_plain_run),
		cmocka_unit_test(a_colon_can_be_of_a_glob),
		cmocka_unit_test(what_is_wrong_is_said),
	};

	return cmocka_run_group_tests_name("ignore", tests, NULL, NULL);
}
