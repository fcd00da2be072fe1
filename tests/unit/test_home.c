/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/home.h"

#define VARIABLE "COCFS_TEST_DIRECTORY"

static char ours[] = "/tmp/cocfs-home.XXXXXX";

static const char *believed(const char *value)
{
	assert_int_equal(setenv(VARIABLE, value, 1), 0);
	return home_variable(VARIABLE);
}

static void a_directory_of_ours_is_believed(void **state)
{
	char inside[sizeof(ours) + 16];

	(void)state;
	snprintf(inside, sizeof(inside), "%s/yet/to/make", ours);
	assert_string_equal(believed(ours), ours);
	assert_string_equal(believed(inside), inside);
}

static void roots_is_anybodys_but_for_its_home(void **state)
{
	(void)state;
	assert_string_equal(believed("/"), "/");
	assert_string_equal(believed("/usr"), "/usr");
	if (geteuid() != 0) {
		assert_null(believed("/root"));
		assert_null(believed("/root/.local/state"));
		assert_non_null(believed("/rooted"));
	}
}

static void another_users_is_not_believed(void **state)
{
	char theirs[sizeof(ours) + 16];

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can make a directory of another user */
	snprintf(theirs, sizeof(theirs), "%s/theirs", ours);
	assert_int_equal(mkdir(theirs, 0777), 0);
	assert_int_equal(chown(theirs, 4711, 4711), 0);
	assert_null(believed(theirs));
	strcat(theirs, "/x");
	assert_null(believed(theirs));
	*strrchr(theirs, '/') = '\0';
	assert_int_equal(rmdir(theirs), 0);
}

static void what_is_no_absolute_path_is_not_believed(void **state)
{
	(void)state;
	assert_null(believed(""));
	assert_null(believed("state"));
	unsetenv(VARIABLE);
	assert_null(home_variable(VARIABLE));
}

static void home_is_the_environments_or_the_user_databases(void **state)
{
	_cleanup_free_ char *set = NULL, *unset = NULL;

	(void)state;
	assert_int_equal(setenv("HOME", ours, 1), 0);
	assert_int_equal(home_directory(&set), 0);
	assert_string_equal(set, ours);
	unsetenv("HOME");
	if (home_directory(&unset) == 0) /* -ENOENT: the user database does not know the user */
		assert_string_not_equal(unset, ours);
}

static int make_ours(void **state)
{
	(void)state;
	return mkdtemp(ours) ? 0 : -1;
}

static int remove_ours(void **state)
{
	(void)state;
	return rmdir(ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_of_ours_is_believed),
		cmocka_unit_test(roots_is_anybodys_but_for_its_home),
		cmocka_unit_test(another_users_is_not_believed),
		cmocka_unit_test(what_is_no_absolute_path_is_not_believed),
		cmocka_unit_test(home_is_the_environments_or_the_user_databases),
	};

	return cmocka_run_group_tests(tests, make_ours, remove_ours);
}
