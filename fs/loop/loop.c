/* SPDX-License-Identifier: MIT */
/*
 * The loop. An iteration is:
 *
 *   1. wait (spin.c) until a descriptor is ready or the nearest timer is due;
 *   2. run the callbacks of what is ready, then those of the due timers;
 *   3. run the end-of-iteration function, where the engine makes what the iteration recorded
 * durable in one ledger commit, and only then sends requests and replies.
 *
 * So the order "durable, then sent, then answered" holds whatever the callbacks of one iteration
 * are, and many commits that arrive together share one fsync. The nearest timer gives epoll its
 * timeout: setting one costs no system call, and an idle loop sets none.
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
	bool quit;
	int64_t now_ms;
	struct epoll_event ready[EVENTS_PER_ITERATION];
	int n_ready;
	struct timers timers;
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
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	for (int i = 0; i < loop->n_ready; i++)
		if (loop->ready[i].data.ptr == watch)
			loop->ready[i].data.ptr = NULL;
	watch->loop = NULL;
}

void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due_ms,
		    void (*fn)(void *data), void *data)
{
	loop_timer_cancel(timer);
	*timer = (struct loop_timer){.loop = loop, .due_ms = due_ms, .fn = fn, .data = data};
	timers_add(&loop->timers, timer);
}

void loop_timer_cancel(struct loop_timer *timer)
{
	if (!timer->loop)
		return;
	timers_remove(&timer->loop->timers, timer);
	timer->loop = NULL;
}

void loop_at_iteration_end(struct loop *loop, void (*fn)(void *data), void *data)
{
	loop->iteration_end = fn;
	loop->iteration_end_data = data;
}

/* How long epoll may sleep: -1 for ever. */
static int patience_ms(const struct loop *loop)
{
	int64_t wait;

	if (!loop->timers.first)
		return -1;
	wait = loop->timers.first->due_ms - clock_monotonic_ms();
	return wait <= 0 ? 0 : wait > INT_MAX ? INT_MAX : (int)wait;
}

static void run_ready(struct loop *loop)
{
	for (int i = 0; i < loop->n_ready; i++) {
		struct loop_watch *watch = loop->ready[i].data.ptr;

		if (!watch)
			continue;
		watch->fn(watch->data, loop->ready[i].events);
		stall_next(&loop->stall);
	}
	loop->n_ready = 0;
}

/* Runs the timers that are due; those that they set anew wait for the next iteration if due in
 * it. */
static void run_due(struct loop *loop)
{
	uint32_t most = loop->timers.count;
	struct loop_timer *timer;

	while (most-- && (timer = loop->timers.first) && timer->due_ms <= loop->now_ms) {
		loop_timer_cancel(timer);
		timer->fn(timer->data);
		stall_next(&loop->stall);
	}
}

struct stall *loop_stall(struct loop *loop)
{
	return &loop->stall;
}

static void run_iteration(struct loop *loop, int n_ready, int64_t now_us)
{
	loop->n_ready = n_ready;
	loop->now_ms = now_us / 1000;
	stall_begin(&loop->stall, now_us);
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
	while (!loop->quit) {
		int n = spin_wait(&loop->waiting, loop->epoll_fd, loop->ready, EVENTS_PER_ITERATION,
				  patience_ms(loop));

		if (n < 0 && errno != EINTR)
			return -errno;
		run_iteration(loop, n < 0 ? 0 : n, clock_monotonic_us());
	}
	return 0;
}

int loop_run_once(struct loop *loop, int64_t now_ms)
{
	int n = epoll_wait(loop->epoll_fd, loop->ready, EVENTS_PER_ITERATION, 0);

	if (n < 0 && errno != EINTR)
		return -errno;
	run_iteration(loop, n < 0 ? 0 : n, now_ms * 1000);
	return 0;
}

int64_t loop_next_due_ms(const struct loop *loop)
{
	return loop->timers.first ? loop->timers.first->due_ms : -1;
}

void loop_quit(struct loop *loop)
{
	loop->quit = true;
}
