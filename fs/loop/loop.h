/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_LOOP_H
#define COCFS_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/stall.h"

/*
 * The one event loop: descriptors and timers of one thread. An iteration of the loop takes what is
 * ready, runs its callbacks, then calls the end-of-iteration function once. loop.c has the essay.
 * CONTRIBUTING.md ("Words") explains the words of this project: job, row, sibling, story and
 * others. All functions must be called from the loop's own thread. An idle loop sleeps in the
 * kernel with no timer set.
 */
struct loop;

/* A watched descriptor. Its owner embeds it; that memory must outlive the watch. */
struct loop_watch {
	struct loop *loop; /* NULL while not watched */
	int fd;
	/* events has bits of EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR */
	void (*fn)(void *data, uint32_t events);
	void *data;
};

/* A timer that runs once. Its owner embeds it. Zero-initialise it. */
struct loop_timer {
	struct loop *loop;     /* NULL while not set */
	struct timers *timers; /* the heap that it is in */
	int64_t due_ms;
	struct loop_timer *child, *next, *before; /* its place in the heap (timers.h) */
	void (*fn)(void *data);
	void *data;
};

/* Returns 0 and an owned loop, or a negative errno. */
int loop_create(struct loop **ret_loop);

/* Frees the loop. No watch and no timer may be set. NULL is accepted. */
void loop_destroy(struct loop *loop);

/* Returns the time of the monotonic clock (clock.h), as it was read at the begin of this iteration.
 * Timers are compared with it. */
int64_t loop_now_ms(const struct loop *loop);

/* Watches fd for events (EPOLLIN, EPOLLOUT). fd stays the caller's. Returns 0 or -errno. */
int loop_watch(struct loop *loop, struct loop_watch *watch, int fd, uint32_t events,
	       void (*fn)(void *data, uint32_t events), void *data);

/* Gives a watch precedence: if ready descriptors are left from an earlier iteration, this callback
 * runs first in each iteration, as if there were something to read. The callback must accept that
 * there is nothing. Only one watch can have precedence. loop_unwatch() ends it. */
void loop_watch_first(struct loop_watch *watch);

/* Changes the events that a watch waits for. Returns 0 or -errno. */
int loop_watch_change(struct loop_watch *watch, uint32_t events);

/* Stops a watch. The callback is not called any more, not even for events of this iteration. Call
 * this before fd is closed. A watch that is not set is accepted. */
void loop_unwatch(struct loop_watch *watch);

/* Calls fn once when loop_now_ms() reaches due_ms. Replaces an earlier time of this timer. Needs no
 * memory and cannot fail. */
void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due_ms,
		    void (*fn)(void *data), void *data);

/* Calls fn once in the next iteration, which begins without a wait. Use it for the next slice of
 * some work: descriptors that are ready run before. Replaces an earlier time of this timer. */
void loop_timer_next(struct loop *loop, struct loop_timer *timer, void (*fn)(void *data),
		     void *data);

/* Unsets a timer. A timer that is not set is accepted. */
void loop_timer_cancel(struct loop_timer *timer);

/* Has this part of the iteration (the callbacks of descriptors, or those of timers) run for
 * LOOP_PART_US? A callback that does several pieces of work stops then, and continues in the next
 * iteration. Always false in tests that own the time (loop_run_once()). */
#define LOOP_PART_US 5000
bool loop_is_long(const struct loop *loop);

/* Lets the next iteration begin without a wait, because some work was left to it. */
void loop_go_on(struct loop *loop);

/* Sets the one function that the loop calls at the end of every iteration, after the callbacks of
 * that iteration. fn replaces the function that was set before. */
void loop_at_iteration_end(struct loop *loop, void (*fn)(void *data), void *data);

/* Returns the measurement of how long pieces of the loop's work take. A callback that does several
 * pieces of work for different callers calls stall_next() after each. */
struct stall *loop_stall(struct loop *loop);

/* Runs iterations until loop_quit(). Returns 0, or -errno if waiting failed. */
int loop_run(struct loop *loop);

/* Runs iterations until loop_quit(), or until most_ms have passed. For a start that waits for an
 * answer. Returns 0, or -errno if waiting failed. */
int loop_run_for(struct loop *loop, int64_t most_ms);

/* Runs one iteration that does not wait, at a time that the caller gives (as loop_now_ms()). For
 * tests, which own the time. Returns 0 or -errno. */
int loop_run_once(struct loop *loop, int64_t now_ms);

/* Returns when the next iteration has something to do: now if work was left to it, else when the
 * next timer is due. -1: no timer is set. */
int64_t loop_next_due_ms(const struct loop *loop);

/* Makes loop_run() return at the end of this iteration. */
void loop_quit(struct loop *loop);

#endif
