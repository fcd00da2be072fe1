/* SPDX-License-Identifier: MIT */
/* Tests: when is it worth looking for the next event before the loop sleeps? The lengths of earlier
 * waits decide. */
#define _GNU_SOURCE
#include "loop/spin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG_MS 2 /* longer than the loop polls before it sleeps */
#define MANY 20	  /* more than the highest credit */

struct fixture {
	int epoll_fd, pipe[2];
	struct spin waiting;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	struct epoll_event event = {.events = EPOLLIN};

	fixture.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (fixture.epoll_fd < 0 || pipe(fixture.pipe) < 0 ||
	    epoll_ctl(fixture.epoll_fd, EPOLL_CTL_ADD, fixture.pipe[0], &event) < 0)
		return -1;
	fixture.waiting = (struct spin){.alone = false};
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	close(fixture->pipe[0]);
	close(fixture->pipe[1]);
	return close(fixture->epoll_fd);
}

static int wait_for(struct fixture *fixture, int timeout_ms)
{
	struct epoll_event event;

	return spin_wait(&fixture->waiting, fixture->epoll_fd, &event, 1, timeout_ms);
}

/* Waits MANY times for an event that is there already. The machine may have stood still in one of
 * these waits, but hardly in the last one. */
static void wait_shortly(struct fixture *fixture)
{
	char byte = 'x';

	assert_int_equal(write(fixture->pipe[1], &byte, 1), 1);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(wait_for(fixture, -1), 1);
	assert_int_equal(read(fixture->pipe[0], &byte, 1), 1);
}

static void tells_what_is_ready_with_and_without_looking(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(write(fixture->pipe[1], "x", 1), 1);
	assert_int_equal(wait_for(fixture, -1), 1);
	fixture->waiting.credit = MANY;
	assert_int_equal(wait_for(fixture, -1), 1);
}

static void short_waits_give_credit(void **state)
{
	struct fixture *fixture = *state;

	wait_shortly(fixture);
	assert_true(fixture->waiting.credit > 0);
	assert_true(fixture->waiting.credit < MANY);
}

static void long_waits_take_all_of_it(void **state)
{
	struct fixture *fixture = *state;

	wait_shortly(fixture);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(wait_for(fixture, LONG_MS), 0);
	assert_int_equal(fixture->waiting.credit, 0);
}

static void on_one_processor_there_is_none(void **state)
{
	struct fixture *fixture = *state;

	fixture->waiting.alone = true;
	wait_shortly(fixture);
	assert_int_equal(fixture->waiting.credit, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_what_is_ready_with_and_without_looking,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(short_waits_give_credit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(long_waits_take_all_of_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(on_one_processor_there_is_none, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
