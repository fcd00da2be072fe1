/* SPDX-License-Identifier: MIT */
/*
 * The loop. An iteration has three steps:
 *
 *   1. It waits (spin.c) until a descriptor is ready or the nearest timer is due.
 *
 *   2. It runs the callbacks of what is ready, then those of the due timers, each for
 *      LOOP_PART_US.
 *
 *   3. It runs the end-of-iteration function. There the engine makes what the iteration recorded
 *      durable in one ledger commit, and only then sends requests and replies.
 *
 * So the order "durable, then sent, then answered" holds for all callbacks of an iteration, and
 * many commits that arrive together share one fsync. The nearest timer gives epoll its timeout:
 * setting a timer costs no system call. The loop sets no timers of its own.
 *
 * Hundreds of answers may be ready together, or hundreds of deadlines due. After LOOP_PART_US the
 * rest is left to the next iterations, without a wait between them. What became ready first runs
 * first: the loop asks the kernel again only when all that was ready has run. Meanwhile the
 * callback for the requests of users runs in each iteration (loop_watch_first()). So users wait for
 * one part, and not for all answers that came before.
 */
#define _GNU_SOURCE
#include "loop/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "loop/timers.h"
#include "loop/spin.h"

#define EVENTS_PER_ITERATION 64

struct loop {
	int epoll_fd;
	struct spin waiting;
	struct stall stall;
	bool quit;	 /* loop_quit() was called */
	int64_t now_ms;	 /* see loop_now_ms() */
	int64_t part_us; /* when this part of the iteration began; -1: parts are not measured */
	bool go_on;	 /* work is left to the next iteration */
	struct epoll_event ready[EVENTS_PER_ITERATION];
	int n_ready, at_ready;	  /* the callbacks of ready[at_ready] and later have not run yet */
	struct loop_watch *first; /* the watch of loop_watch_first(), or NULL */
	struct timers timers;
	struct timers next; /* timers that loop_timer_next() has set */
	void (*iteration_end)(void *data);
	void *iteration_end_data;
};

int loop_create(struct loop **ret_loop)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int errnum;

	if (!loop)
		return -ENOMEM;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		errnum = errno;
		free(loop);
		return -errnum;
	}
	spin_init(&loop->waiting);
	loop->now_ms = clock_monotonic_ms();
	*ret_loop = loop;
	return 0;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	close(loop->epoll_fd);
	free(loop);
}

int64_t loop_now_ms(const struct loop *loop)
{
	return loop->now_ms;
}

int loop_watch(struct loop *loop, struct loop_watch *watch, int fd, uint32_t events,
	       void (*fn)(void *data, uint32_t events), void *data)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	*watch = (struct loop_watch){.loop = loop, .fd = fd, .fn = fn, .data = data};
	return 0;
}

void loop_watch_first(struct loop_watch *watch)
{
	watch->loop->first = watch;
}

int loop_watch_change(struct loop_watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	return epoll_ctl(watch->loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0 ? -errno : 0;
}

void loop_unwatch(struct loop_watch *watch)
{
	struct loop *loop = watch->loop;

	if (!loop)
		return;
	if (loop->first == watch)
		loop->first = NULL;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	for (int i = 0; i < loop->n_ready; i++)
		if (loop->ready[i].data.ptr == watch)
			loop->ready[i].data.ptr = NULL;
	watch->loop = NULL;
}

static void set_timer(struct loop *loop, struct timers *timers, struct loop_timer *timer,
		      const struct loop_timer *how)
{
	loop_timer_cancel(timer);
	*timer = *how;
	timer->loop = loop;
	timer->timers = timers;
	timers_add(timers, timer);
}

void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due_ms,
		    void (*fn)(void *data), void *data)
{
	set_timer(loop, &loop->timers, timer,
		  &(struct loop_timer){.due_ms = due_ms, .fn = fn, .data = data});
}

void loop_timer_next(struct loop *loop, struct loop_timer *timer, void (*fn)(void *data),
		     void *data)
{
	set_timer(loop, &loop->next, timer,
		  &(struct loop_timer){.due_ms = loop->now_ms, .fn = fn, .data = data});
	loop_go_on(loop);
}

void loop_timer_cancel(struct loop_timer *timer)
{
	if (!timer->loop)
		return;
	timers_remove(timer->timers, timer);
	timer->loop = NULL;
}

void loop_at_iteration_end(struct loop *loop, void (*fn)(void *data), void *data)
{
	loop->iteration_end = fn;
	loop->iteration_end_data = data;
}

/* Returns how many milliseconds epoll_wait(2) may sleep; -1: until a descriptor is ready. */
static int patience_ms(const struct loop *loop)
{
	int64_t wait;

	if (loop->go_on)
		return 0;
	if (!loop->timers.first)
		return -1;
	wait = loop->timers.first->due_ms - clock_monotonic_ms();
	return wait <= 0 ? 0 : wait > INT_MAX ? INT_MAX : (int)wait;
}

bool loop_is_long(const struct loop *loop)
{
	return loop->part_us >= 0 && clock_monotonic_us() - loop->part_us >= LOOP_PART_US;
}

/* Does the same as loop_is_long(), with the time that stall_next() has just read. */
static bool is_long_by_now(const struct loop *loop)
{
	return loop->part_us >= 0 && loop->stall.piece_us - loop->part_us >= LOOP_PART_US;
}

void loop_go_on(struct loop *loop)
{
	loop->go_on = true;
}

static void begin_part(struct loop *loop)
{
	if (loop->part_us >= 0)
		loop->part_us = loop->stall.piece_us;
}

/* Runs the callback of loop_watch_first() if ready descriptors are left from an earlier iteration.
 * In such an iteration the loop does not ask the kernel what is ready, so it would not see that
 * this descriptor is. */
static void run_first(struct loop *loop)
{
	if (!loop->first || !loop->at_ready)
		return;
	loop->first->fn(loop->first->data, EPOLLIN);
	stall_next(&loop->stall);
}

static void run_ready(struct loop *loop)
{
	begin_part(loop);
	while (loop->at_ready < loop->n_ready) {
		const struct epoll_event *event = &loop->ready[loop->at_ready++];
		struct loop_watch *watch = event->data.ptr;

		if (!watch)
			continue;
		watch->fn(watch->data, event->events);
		stall_next(&loop->stall);
		if (is_long_by_now(loop))
			break;
	}
	if (loop->at_ready == loop->n_ready)
		loop->at_ready = loop->n_ready = 0;
}

/* Runs the timers that are due, for LOOP_PART_US: the rest waits for the next iteration. At most as
 * many run as were set at the start, so callbacks that set timers again do not hold the loop. */
static void run_due(struct loop *loop)
{
	uint32_t most = loop->timers.count;
	struct loop_timer *timer;

	begin_part(loop);
	while (most-- && (timer = loop->timers.first) && timer->due_ms <= loop->now_ms) {
		loop_timer_cancel(timer);
		timer->fn(timer->data);
		stall_next(&loop->stall);
		if (is_long_by_now(loop))
			break;
	}
}

struct stall *loop_stall(struct loop *loop)
{
	return &loop->stall;
}

/* Asks the kernel which descriptors are ready, unless descriptors are left that were ready before
 * and have not run. Returns 0 or -errno. */
static int find_ready(struct loop *loop, int timeout_ms)
{
	int n;

	if (loop->n_ready)
		return 0;
	n = spin_wait(&loop->waiting, loop->epoll_fd, loop->ready, EVENTS_PER_ITERATION,
		      timeout_ms);
	if (n < 0 && errno != EINTR)
		return -errno;
	loop->n_ready = n < 0 ? 0 : n;
	return 0;
}

/* Moves the timers of loop_timer_next() to the timers that are due in this iteration. */
static void take_next(struct loop *loop)
{
	struct loop_timer *timer;

	while ((timer = loop->next.first)) {
		timers_remove(&loop->next, timer);
		timer->timers = &loop->timers;
		timer->due_ms = loop->now_ms;
		timers_add(&loop->timers, timer);
	}
}

static void run_iteration(struct loop *loop, int64_t now_us)
{
	loop->now_ms = now_us / 1000;
	loop->go_on = false;
	take_next(loop);
	stall_begin(&loop->stall, now_us);
	begin_part(loop);
	run_first(loop);
	run_ready(loop);
	run_due(loop);
	if (loop->iteration_end) {
		loop->iteration_end(loop->iteration_end_data);
		stall_next(&loop->stall);
	}
}

int loop_run(struct loop *loop)
{
	loop->quit = false;
	loop->part_us = 0;
	while (!loop->quit) {
		int r = find_ready(loop, patience_ms(loop));

		if (r < 0)
			return r;
		run_iteration(loop, clock_monotonic_us());
	}
	return 0;
}

static void on_patience_over(void *data)
{
	loop_quit(data);
}

int loop_run_for(struct loop *loop, int64_t most_ms)
{
	struct loop_timer patience = {0};
	int r;

	loop_timer_set(loop, &patience, loop->now_ms + most_ms, on_patience_over, loop);
	r = loop_run(loop);
	loop_timer_cancel(&patience);
	return r;
}

int loop_run_once(struct loop *loop, int64_t now_ms)
{
	int r;

	loop->part_us = -1;
	r = find_ready(loop, 0);
	if (r == 0)
		run_iteration(loop, now_ms * 1000);
	return r;
}

int64_t loop_next_due_ms(const struct loop *loop)
{
	if (loop->go_on)
		return loop->now_ms;
	return loop->timers.first ? loop->timers.first->due_ms : -1;
}

void loop_quit(struct loop *loop)
{
	loop->quit = true;
}
