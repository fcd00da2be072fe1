/* SPDX-License-Identifier: MIT */
/* Tests of the thread that syncs a file in place of the loop. */
#define _GNU_SOURCE
#include "submit/sync_thread.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define TIMES 100

struct fixture {
	struct loop *loop;
	struct sync_thread *sync_thread;
	int again; /* how many more syncs to begin */
	int ended;
	int result; /* the result of the last sync */
};

static void done(void *data, int r)
{
	struct fixture *fixture = data;

	fixture->ended++;
	fixture->result = r;
	if (fixture->again-- > 0)
		assert_int_equal(sync_thread_begin(fixture->sync_thread), 0);
	else
		loop_quit(fixture->loop);
}

static struct fixture *make(void **state, int take_fd)
{
	struct fixture *fixture = *state;

	assert_true(take_fd >= 0);
	assert_int_equal(
		sync_thread_create(fixture->loop, take_fd, done, fixture, &fixture->sync_thread),
		0);
	return fixture;
}

/* Opens a file that has no name any more. */
static int open_file(void)
{
	char path[] = "/tmp/test_sync_thread.XXXXXX";
	int fd = mkstemp(path);

	if (fd >= 0)
		unlink(path);
	return fd;
}

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){0};
	*state = &fixture;
	return loop_create(&fixture.loop);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	sync_thread_destroy(fixture->sync_thread);
	loop_destroy(fixture->loop);
	return 0;
}

static void tells_the_end_of_each_sync(void **state)
{
	struct fixture *fixture = make(state, open_file());

	fixture->again = TIMES - 1;
	assert_int_equal(sync_thread_begin(fixture->sync_thread), 0);
	assert_int_equal(loop_run(fixture->loop), 0);
	assert_int_equal(fixture->ended, TIMES);
	assert_int_equal(fixture->result, 0);
}

static void tells_what_went_wrong(void **state)
{
	int ends[2];
	struct fixture *fixture;

	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	fixture = make(state, ends[1]); /* a pipe cannot be synced */
	assert_int_equal(sync_thread_begin(fixture->sync_thread), 0);
	assert_int_equal(loop_run(fixture->loop), 0);
	assert_int_equal(fixture->result, -EINVAL);
}

static void can_be_destroyed_at_work(void **state)
{
	struct fixture *fixture = make(state, open_file());

	assert_int_equal(sync_thread_begin(fixture->sync_thread), 0);
	sync_thread_destroy(fixture->sync_thread);
	fixture->sync_thread = NULL;
	assert_int_equal(fixture->ended, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_the_end_of_each_sync, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_what_went_wrong, set_up, tear_down),
		cmocka_unit_test_setup_teardown(can_be_destroyed_at_work, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
