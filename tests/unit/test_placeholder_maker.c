/* SPDX-License-Identifier: MIT */
/* Tests of the thread that makes placeholders (the files of imports, still empty), and of the loop
 * that stops this thread. */
#define _GNU_SOURCE
#include "space/placeholder_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "loop/workers.h"

#define MANY 3000

struct fixture {
	char directory[64];
	struct space space;
	struct placeholder_maker *maker;
	struct buf names;
	int told, result;
	size_t tried; /* bytes of the names that the thread has dealt with */
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	snprintf(fixture->directory, sizeof(fixture->directory),
		 "/tmp/test_placeholder_maker.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	fixture->space.nodes.root.fd = open(fixture->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fixture->space.nodes.root.fd >= 0);
	assert_int_equal(loop_create(&fixture->space.loop), 0);
	assert_int_equal(workers_create(fixture->space.loop, true, &fixture->space.workers), 0);
	assert_int_equal(placeholder_maker_create(&fixture->space, &fixture->maker), 0);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(buf_printf(&fixture->names, "job %04d.yaml%c", i, 0), 0);
	*state = fixture;
	return 0;
}

static const char *name_at(const struct fixture *fixture, size_t at)
{
	return fixture->names.data + at;
}

static bool has_file(const struct fixture *fixture, const char *name)
{
	return faccessat(fixture->space.nodes.root.fd, name, F_OK, 0) == 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	workers_drain(fixture->space.workers);
	workers_destroy(fixture->space.workers);
	placeholder_maker_destroy(fixture->maker);
	loop_destroy(fixture->space.loop);
	for (size_t at = 0; at < fixture->names.size; at += strlen(name_at(fixture, at)) + 1)
		unlinkat(fixture->space.nodes.root.fd, name_at(fixture, at), 0);
	close(fixture->space.nodes.root.fd);
	rmdir(fixture->directory);
	buf_finish(&fixture->names);
	free(fixture);
	return 0;
}

static void on_done(void *data, size_t tried, int result)
{
	struct fixture *fixture = data;

	fixture->told++;
	fixture->tried = tried;
	fixture->result = result;
}

static int begin(struct fixture *fixture, size_t from)
{
	return placeholder_maker_begin(fixture->maker, fixture->names.data + from,
				       fixture->names.size - from, on_done, fixture);
}

/* Fails the test unless the names in the first `bytes` have their files, and the others have
 * none. */
static void assert_made(const struct fixture *fixture, size_t bytes)
{
	for (size_t at = 0; at < fixture->names.size; at += strlen(name_at(fixture, at)) + 1)
		assert_int_equal(has_file(fixture, name_at(fixture, at)), at < bytes);
}

static void each_name_gets_an_empty_file_of_its_owners(void **state)
{
	struct fixture *fixture = *state;
	struct stat st;

	/* one file is there already: the maker accepts the file and leaves it */
	assert_int_equal(mknodat(fixture->space.nodes.root.fd, "job 0007.yaml", S_IFREG | 0640, 0),
			 0);
	assert_int_equal(begin(fixture, 0), 0);
	workers_drain(fixture->space.workers);
	assert_int_equal(fixture->told, 1);
	assert_int_equal(fixture->result, 0);
	assert_int_equal(fixture->tried, fixture->names.size);
	assert_made(fixture, fixture->names.size);
	assert_int_equal(fstatat(fixture->space.nodes.root.fd, "job 0008.yaml", &st, 0), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(st.st_mode & 07077, 0);
}

/* After the loop has called placeholder_maker_make_way(), the thread makes no further file, and
 * reports exactly the files that there are. */
static void no_file_is_made_after_the_loop_has_made_way(void **state)
{
	struct fixture *fixture = *state;
	unsigned halves = 0;
	size_t from = 0;

	for (unsigned rounds = 0; from < fixture->names.size; rounds++) {
		size_t at = from, missing;

		assert_true(rounds <= 200);
		assert_int_equal(begin(fixture, from), 0);
		if (rounds < 200) { /* in the last round the thread may finish */
			while (!has_file(fixture, name_at(fixture, from)))
				sched_yield();
			placeholder_maker_make_way(fixture->maker);
		} else {
			workers_drain(fixture->space.workers);
		}
		while (at < fixture->names.size && has_file(fixture, name_at(fixture, at)))
			at += strlen(name_at(fixture, at)) + 1;
		missing = at;
		workers_drain(fixture->space.workers);
		assert_int_equal(fixture->told, rounds + 1);
		assert_int_equal(fixture->result, 0);
		from += fixture->tried;
		assert_int_equal(from, missing);
		halves += from < fixture->names.size;
		if (from < fixture->names.size)
			assert_false(has_file(fixture, name_at(fixture, from)));
	}
	assert_true(halves > 0);
	assert_made(fixture, fixture->names.size);
}

static void a_stop_tells_what_was_made_and_nothing_comes_later(void **state)
{
	struct fixture *fixture = *state;
	size_t tried;

	assert_int_equal(begin(fixture, 0), 0);
	tried = placeholder_maker_stop(fixture->maker);
	assert_made(fixture, tried);
	if (begin(fixture, tried) < 0) { /* the loop has not yet heard that the thread is done */
		workers_drain(fixture->space.workers);
		assert_int_equal(fixture->told, 0);
		assert_int_equal(begin(fixture, tried), 0);
	}
	workers_drain(fixture->space.workers);
	assert_int_equal(fixture->told, 1);
	assert_int_equal(tried + fixture->tried, fixture->names.size);
	assert_made(fixture, fixture->names.size);
}

static void a_failure_is_told_with_what_was_made_before(void **state)
{
	struct fixture *fixture = *state;
	char *slash = strchr(fixture->names.data, ' ');

	*slash = '/'; /* "job/0000.yaml": there is no such directory, so making the file fails */
	assert_int_equal(begin(fixture, 0), 0);
	workers_drain(fixture->space.workers);
	assert_int_equal(fixture->told, 1);
	assert_int_equal(fixture->result, -ENOENT);
	assert_int_equal(fixture->tried, 0);
	*slash = ' ';
	assert_made(fixture, 0);
}

#define MAKER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MAKER_TEST(each_name_gets_an_empty_file_of_its_owners),
		MAKER_TEST(no_file_is_made_after_the_loop_has_made_way),
		MAKER_TEST(a_stop_tells_what_was_made_and_nothing_comes_later),
		MAKER_TEST(a_failure_is_told_with_what_was_made_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
