/* SPDX-License-Identifier: MIT */
/* Tests of root_names_lack(): which names are known to be missing in the spool's root? */
#define _GNU_SOURCE
#include "space/root_names.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "space/bounds.h"

struct fixture {
	char directory[64];
	struct space space;
	int made;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	strcpy(fixture->directory, "/tmp/test_root_names.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	fixture->space.nodes.root.fd = open(fixture->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fixture->space.nodes.root.fd >= 0);
	*state = fixture;
	return 0;
}

/* Returns the name of a file. The numbers are mixed, so that no order of names can be relied on. */
static const char *name_of(int number)
{
	static char name[64];

	snprintf(name, sizeof(name), "job %d.yaml", number * 7919 % 100003);
	return name;
}

static void make_files(struct fixture *fixture, int n)
{
	for (; fixture->made < n; fixture->made++)
		assert_int_equal(mknodat(fixture->space.nodes.root.fd, name_of(fixture->made),
					 S_IFREG | 0600, 0),
				 0);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	root_names_forget(&fixture->space);
	for (int i = 0; i < fixture->made; i++)
		unlinkat(fixture->space.nodes.root.fd, name_of(i), 0);
	close(fixture->space.nodes.root.fd);
	assert_int_equal(rmdir(fixture->directory), 0);
	free(fixture);
	return 0;
}

static void without_a_reading_nothing_is_known(void **state)
{
	struct fixture *fixture = *state;

	assert_false(root_names_lack(&fixture->space, "other.yaml"));
}

static void what_was_not_read_is_not_there(void **state)
{
	struct fixture *fixture = *state;

	root_names_read(&fixture->space);
	assert_true(root_names_lack(&fixture->space, name_of(0)));
	make_files(fixture, 500);
	root_names_read(&fixture->space);
	for (int i = 0; i < 500; i++)
		assert_false(root_names_lack(&fixture->space, name_of(i)));
	assert_true(root_names_lack(&fixture->space, "other.yaml"));
	assert_true(root_names_lack(&fixture->space, name_of(500)));
	root_names_forget(&fixture->space);
	assert_false(root_names_lack(&fixture->space, "other.yaml"));
}

/* A root with more names than ROOT_NAMES_MAX ("." and ".." count) is not kept: root_names_lack()
 * never says that a name is missing. */
static void of_a_root_with_too_many_names_no_name_is_missing(void **state)
{
	struct fixture *fixture = *state;

	make_files(fixture, ROOT_NAMES_MAX - 2);
	root_names_read(&fixture->space);
	assert_true(root_names_lack(&fixture->space, "other.yaml"));
	make_files(fixture, ROOT_NAMES_MAX - 1);
	root_names_read(&fixture->space);
	assert_false(root_names_lack(&fixture->space, "other.yaml"));
}

#define NAMES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NAMES_TEST(without_a_reading_nothing_is_known),
		NAMES_TEST(what_was_not_read_is_not_there),
		NAMES_TEST(of_a_root_with_too_many_names_no_name_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
