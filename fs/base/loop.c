/* SPDX-License-Identifier: MIT */
/*
 * The loop. A turn is:
 *
 *   1. sleep until a descriptor is ready or the nearest timer is due;
 *   2. run the callbacks of what is ready, then those of the due timers;
 *   3. run the end-of-turn function, where the engine makes what the turn recorded durable in one
 *      ledger commit, and only then sends requests and replies.
 *
 * So the order "durable, then sent, then answered" holds whatever the callbacks of one turn are,
 * and many commits that arrive together share one fsync. Timers are a heap whose root gives epoll
 * its timeout: setting one costs no system call, and an idle loop sets none.
 */
#define _GNU_SOURCE
#include "base/clock.h"
#include "base/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"

#define EVENTS_PER_TURN 64

struct loop {
	int epoll_fd;
	bool quit;
	int64_t now_ms;
	struct epoll_event ready[EVENTS_PER_TURN];
	int n_ready;
	struct loop_timer **heap;
	uint32_t n_timers, room;
	void (*turn_end)(void *data);
	void *turn_end_data;
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
	loop->now_ms = clock_monotonic_ms();
	*ret_loop = loop;
	return 0;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	close(loop->epoll_fd);
	free(loop->heap);
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

static void heap_put(struct loop *loop, uint32_t place, struct loop_timer *timer)
{
	loop->heap[place] = timer;
	timer->place = place;
}

static void heap_up(struct loop *loop, uint32_t place, struct loop_timer *timer)
{
	while (place > 0 && loop->heap[(place - 1) / 2]->due_ms > timer->due_ms) {
		heap_put(loop, place, loop->heap[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	heap_put(loop, place, timer);
}

static void heap_down(struct loop *loop, uint32_t place, struct loop_timer *timer)
{
	for (;;) {
		uint32_t child = place * 2 + 1;

		if (child >= loop->n_timers)
			break;
		if (child + 1 < loop->n_timers &&
		    loop->heap[child + 1]->due_ms < loop->heap[child]->due_ms)
			child++;
		if (loop->heap[child]->due_ms >= timer->due_ms)
			break;
		heap_put(loop, place, loop->heap[child]);
		place = child;
	}
	heap_put(loop, place, timer);
}

int loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due_ms,
		   void (*fn)(void *data), void *data)
{
	if (loop->n_timers == loop->room) {
		uint32_t room = loop->room ? loop->room * 2 : 16;
		struct loop_timer **heap =
			reallocarray(loop->heap, room, sizeof(struct loop_timer *));

		if (!heap)
			return -ENOMEM;
		loop->heap = heap;
		loop->room = room;
	}
	loop_timer_cancel(timer);
	*timer = (struct loop_timer){.loop = loop, .due_ms = due_ms, .fn = fn, .data = data};
	heap_up(loop, loop->n_timers++, timer);
	return 0;
}

void loop_timer_cancel(struct loop_timer *timer)
{
	struct loop *loop = timer->loop;
	struct loop_timer *last;
	uint32_t place = timer->place;

	if (!loop)
		return;
	timer->loop = NULL;
	last = loop->heap[--loop->n_timers];
	if (last == timer)
		return;
	if (place > 0 && loop->heap[(place - 1) / 2]->due_ms > last->due_ms)
		heap_up(loop, place, last);
	else
		heap_down(loop, place, last);
}

void loop_at_turn_end(struct loop *loop, void (*fn)(void *data), void *data)
{
	loop->turn_end = fn;
	loop->turn_end_data = data;
}

/* How long epoll may sleep: -1 for ever. */
static int patience_ms(const struct loop *loop)
{
	int64_t wait;

	if (!loop->n_timers)
		return -1;
	wait = loop->heap[0]->due_ms - clock_monotonic_ms();
	return wait <= 0 ? 0 : wait > INT_MAX ? INT_MAX : (int)wait;
}

static void run_ready(struct loop *loop)
{
	for (int i = 0; i < loop->n_ready; i++) {
		struct loop_watch *watch = loop->ready[i].data.ptr;

		if (watch)
			watch->fn(watch->data, loop->ready[i].events);
	}
	loop->n_ready = 0;
}

/* Runs the timers that are due; those that they set anew wait for the next turn if due in it. */
static void run_due(struct loop *loop)
{
	uint32_t most = loop->n_timers;

	while (most-- && loop->n_timers && loop->heap[0]->due_ms <= loop->now_ms) {
		struct loop_timer *timer = loop->heap[0];

		loop_timer_cancel(timer);
		timer->fn(timer->data);
	}
}

int loop_run(struct loop *loop)
{
	loop->quit = false;
	while (!loop->quit) {
		int n = epoll_wait(loop->epoll_fd, loop->ready, EVENTS_PER_TURN, patience_ms(loop));

		if (n < 0 && errno != EINTR)
			return -errno;
		loop->n_ready = n < 0 ? 0 : n;
		loop->now_ms = clock_monotonic_ms();
		run_ready(loop);
		run_due(loop);
		if (loop->turn_end)
			loop->turn_end(loop->turn_end_data);
	}
	return 0;
}

void loop_quit(struct loop *loop)
{
	loop->quit = true;
}
