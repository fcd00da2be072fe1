/* SPDX-License-Identifier: MIT */
/* An iteration handles ready descriptors for a bounded time, and leaves the rest to the next
 * iteration. The clock is this file's (-Wl,--wrap=clock_gettime): the callbacks move it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop/loop.h"

#define COUNT 40
#define PIECE_US 2000
/* pieces of work in one part of an iteration: the part ends when its time is over */
#define MOST (LOOP_PART_US / PIECE_US + 1)

static int64_t now_us = 1000000;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	(void)clock;
	*ret = (struct timespec){.tv_sec = now_us / 1000000, .tv_nsec = now_us % 1000000 * 1000};
	return 0;
}

struct piece {
	struct test *test;
	struct loop_watch watch;
	struct loop_timer timer;
	int fd;
	unsigned done;
};

struct test {
	struct loop *loop;
	struct piece pieces[COUNT], first;
	/* pieces done in this iteration, in the fullest iteration, in all; number of iterations */
	unsigned now, most, done, iterations;
	unsigned firsts; /* calls of on_first() */
	struct loop_timer soon;
};

static void note_piece(struct test *test)
{
	now_us += PIECE_US;
	test->now++;
	if (++test->done == COUNT)
		loop_quit(test->loop);
}

static void on_ready(void *data, uint32_t events)
{
	struct piece *piece = data;
	uint64_t count;

	assert_int_equal(events, EPOLLIN);
	assert_int_equal(read(piece->fd, &count, sizeof(count)), sizeof(count));
	piece->done++;
	note_piece(piece->test);
}

static void on_due(void *data)
{
	struct piece *piece = data;

	piece->done++;
	note_piece(piece->test);
}

/* The callback of the descriptor that the loop looks at first in each iteration, even if there is
 * nothing to read. */
static void on_first(void *data, uint32_t events)
{
	struct test *test = data;

	assert_int_equal(events, EPOLLIN);
	/* uses more than its time: the other descriptors still get theirs */
	now_us += LOOP_PART_US * 2;
	test->firsts++;
}

static void on_end(void *data)
{
	struct test *test = data;

	if (test->now > test->most)
		test->most = test->now;
	test->now = 0;
	test->iterations++;
	assert_true(test->iterations <= COUNT);
}

static struct test *open_test(void)
{
	struct test *test = calloc(1, sizeof(*test));

	assert_non_null(test);
	assert_int_equal(loop_create(&test->loop), 0);
	loop_at_iteration_end(test->loop, on_end, test);
	for (int i = 0; i < COUNT; i++) {
		test->pieces[i].test = test;
		test->pieces[i].fd = -1;
	}
	test->first.fd = -1;
	return test;
}

static void close_piece(struct piece *piece)
{
	loop_timer_cancel(&piece->timer);
	loop_unwatch(&piece->watch);
	if (piece->fd >= 0)
		close(piece->fd);
}

static void close_test(struct test *test)
{
	for (int i = 0; i < COUNT; i++)
		close_piece(&test->pieces[i]);
	close_piece(&test->first);
	loop_destroy(test->loop);
	free(test);
}

/* Makes an eventfd with the value count, and has the loop call fn when it can be read. */
static void watch_piece(struct test *test, struct piece *piece, unsigned count,
			void (*fn)(void *data, uint32_t events), void *data)
{
	piece->fd = eventfd(count, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(piece->fd >= 0);
	assert_int_equal(loop_watch(test->loop, &piece->watch, piece->fd, EPOLLIN, fn, data), 0);
}

static void what_is_ready_at_once_has_its_turn_in_parts(void **state)
{
	struct test *test = open_test();

	(void)state;
	for (int i = 0; i < COUNT; i++)
		watch_piece(test, &test->pieces[i], 1, on_ready, &test->pieces[i]);
	assert_int_equal(loop_run(test->loop), 0);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(test->pieces[i].done, 1);
	assert_int_equal(test->most, MOST);
	close_test(test);
}

static void what_is_due_at_once_has_its_turn_in_parts(void **state)
{
	struct test *test = open_test();

	(void)state;
	for (int i = 0; i < COUNT; i++)
		loop_timer_set(test->loop, &test->pieces[i].timer, 0, on_due, &test->pieces[i]);
	assert_int_equal(loop_run(test->loop), 0);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(test->pieces[i].done, 1);
	assert_int_equal(test->most, MOST);
	close_test(test);
}

static void the_first_watch_is_asked_while_others_wait(void **state)
{
	struct test *test = open_test();

	(void)state;
	watch_piece(test, &test->first, 0, on_first, test);
	loop_watch_first(&test->first.watch);
	for (int i = 0; i < COUNT; i++)
		watch_piece(test, &test->pieces[i], 1, on_ready, &test->pieces[i]);
	assert_int_equal(loop_run(test->loop), 0);
	assert_int_equal(test->most, MOST);
	/* the first watch ran in every iteration, except the one that found the pieces ready */
	assert_int_equal(test->firsts, test->iterations - 1);
	close_test(test);
}

static void quit_loop(void *data)
{
	loop_quit(data);
}

/* The callback of a ready descriptor. The first one that is called ends the watches of all others:
 * the loop must not call these any more. */
static void on_ready_alone(void *data, uint32_t events)
{
	struct piece *piece = data;
	struct test *test = piece->test;

	on_ready(data, events);
	now_us += LOOP_PART_US;
	for (int i = 0; i < COUNT; i++)
		if (&test->pieces[i] != piece)
			loop_unwatch(&test->pieces[i].watch);
	loop_timer_set(test->loop, &test->soon, now_us / 1000 + 1, quit_loop, test->loop);
	now_us += PIECE_US;
}

static void a_watch_that_ends_while_it_waits_is_not_called(void **state)
{
	struct test *test = open_test();

	(void)state;
	for (int i = 0; i < COUNT; i++)
		watch_piece(test, &test->pieces[i], 1, on_ready_alone, &test->pieces[i]);
	assert_int_equal(loop_run(test->loop), 0);
	assert_int_equal(test->done, 1);
	close_test(test);
}

static void do_nothing(void *data)
{
	(void)data;
}

static void quit_when_gone_on(void *data)
{
	struct test *test = data;

	if (++test->iterations == 1)
		loop_go_on(test->loop);
	else
		loop_quit(test->loop);
}

/* A function at the end of an iteration asks for another iteration at once (loop_go_on()). The loop
 * must not wait: nothing is ready and no timer is set, so a wait would last forever. */
static void what_goes_on_does_not_wait(void **state)
{
	struct test *test = open_test();

	(void)state;
	loop_at_iteration_end(test->loop, quit_when_gone_on, test);
	loop_timer_set(test->loop, &test->soon, 0, do_nothing, NULL);
	assert_int_equal(loop_run(test->loop), 0);
	assert_int_equal(test->iterations, 2);
	close_test(test);
}

#define SLICES 5

/* Does a slice of work, and leaves the next to the next iteration. The last one ends the loop. */
static void do_slice(void *data)
{
	struct test *test = data;

	test->now++;
	if (++test->done < SLICES)
		loop_timer_next(test->loop, &test->soon, do_slice, test);
	else
		loop_quit(test->loop);
}

static void note_slices(void *data)
{
	struct test *test = data;

	if (test->now > test->most)
		test->most = test->now;
	test->now = 0;
	test->iterations++;
}

/* Work in slices gets one slice in each iteration, even if no time passes and other timers are due.
 * If a slice ran twice in an iteration, ready descriptors would wait. */
static void slices_run_once_in_each_iteration(void **state)
{
	struct test *test = open_test();

	(void)state;
	loop_at_iteration_end(test->loop, note_slices, test);
	for (int i = 0; i < 3; i++)
		loop_timer_set(test->loop, &test->pieces[i].timer, 0, do_nothing, NULL);
	loop_timer_next(test->loop, &test->soon, do_slice, test);
	assert_true(loop_next_due_ms(test->loop) >= 0);
	assert_int_equal(loop_run(test->loop), 0);
	assert_int_equal(test->done, SLICES);
	assert_int_equal(test->most, 1);
	assert_int_equal(test->iterations, SLICES);
	close_test(test);
}

static void a_slice_that_is_cancelled_does_not_run(void **state)
{
	struct test *test = open_test();

	(void)state;
	loop_timer_next(test->loop, &test->soon, do_slice, test);
	loop_timer_cancel(&test->soon);
	assert_int_equal(loop_run_once(test->loop, 1), 0);
	loop_timer_next(test->loop, &test->soon, do_slice, test);
	loop_timer_set(test->loop, &test->soon, 9, do_slice, test); /* now due at 9 ms */
	assert_int_equal(loop_run_once(test->loop, 2), 0);
	assert_int_equal(test->done, 0);
	assert_int_equal(loop_run_once(test->loop, 9), 0);
	assert_int_equal(test->done, 1);
	loop_timer_cancel(&test->soon);
	close_test(test);
}

static void pass_a_millisecond(void *data)
{
	(void)data;
	now_us += 1000;
}

static void a_run_with_an_end_leaves_no_timer(void **state)
{
	struct test *test = open_test();

	(void)state;
	loop_at_iteration_end(test->loop, pass_a_millisecond, NULL);
	test->done = SLICES - 1;
	assert_int_equal(loop_run_for(test->loop, 1), 0); /* only the time ends this run */
	assert_int_equal(loop_next_due_ms(test->loop), -1);
	loop_timer_next(test->loop, &test->soon, do_slice, test);
	assert_int_equal(loop_run_for(test->loop, INT32_MAX), 0);
	assert_int_equal(test->done, SLICES);
	assert_int_equal(loop_next_due_ms(test->loop), -1);
	close_test(test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_ready_at_once_has_its_turn_in_parts),
		cmocka_unit_test(what_is_due_at_once_has_its_turn_in_parts),
		cmocka_unit_test(the_first_watch_is_asked_while_others_wait),
		cmocka_unit_test(a_watch_that_ends_while_it_waits_is_not_called),
		cmocka_unit_test(what_goes_on_does_not_wait),
		cmocka_unit_test(slices_run_once_in_each_iteration),
		cmocka_unit_test(a_slice_that_is_cancelled_does_not_run),
		cmocka_unit_test(a_run_with_an_end_leaves_no_timer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
