/* SPDX-License-Identifier: MIT */
#include "loop/slices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct work {
	struct sliced sliced;
	struct fixture *fixture;
	char name;
	int left;
};

struct fixture {
	struct loop *loop;
	struct slices slices;
	/* the letters of the slices that ran, in their order; '|' ends an iteration */
	char done[64];
	int waiting;
};

static void note(struct fixture *fixture, char what)
{
	size_t length = strlen(fixture->done);

	if (length + 1 < sizeof(fixture->done))
		fixture->done[length] = what;
}

static bool run(struct sliced *sliced)
{
	struct work *work = (struct work *)sliced;

	note(work->fixture, work->name);
	if (--work->left)
		return true;
	if (!--work->fixture->waiting)
		loop_quit(work->fixture->loop);
	return false;
}

static void on_turn_end(void *data)
{
	struct fixture *fixture = data;
	size_t length = strlen(fixture->done);

	if (length && fixture->done[length - 1] != '|')
		note(fixture, '|');
}

static void add(struct fixture *fixture, struct work *work, char name, int slices)
{
	*work = (struct work){.sliced.run = run, .fixture = fixture, .name = name, .left = slices};
	fixture->waiting++;
	slices_add(&fixture->slices, &work->sliced);
}

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){0};
	*state = &fixture;
	if (loop_create(&fixture.loop) < 0)
		return -1;
	slices_init(&fixture.slices, fixture.loop);
	loop_at_iteration_end(fixture.loop, on_turn_end, &fixture);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	slices_finish(&fixture->slices);
	loop_destroy(fixture->loop);
	return 0;
}

static void each_iteration_does_one_slice_by_turns(void **state)
{
	struct fixture *fixture = *state;
	struct work a, b, c;

	add(fixture, &a, 'a', 3);
	add(fixture, &b, 'b', 1);
	add(fixture, &c, 'c', 2);
	assert_int_equal(loop_run(fixture->loop), 0);
	assert_string_equal(fixture->done, "a|b|c|a|c|a|");
}

static void what_is_dropped_is_not_done(void **state)
{
	struct fixture *fixture = *state;
	struct work a, b;

	add(fixture, &a, 'a', 3);
	add(fixture, &b, 'b', 2);
	slices_drop(&fixture->slices, &a.sliced);
	fixture->waiting--;
	assert_int_equal(loop_run(fixture->loop), 0);
	assert_string_equal(fixture->done, "b|b|");
	add(fixture, &a, 'a', 1);
	slices_drop(&fixture->slices, &a.sliced);
	assert_null(fixture->slices.timer.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_iteration_does_one_slice_by_turns, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_dropped_is_not_done, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
