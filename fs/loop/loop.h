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
 * others. All functions must be called from the loop's own thread. The loop sets no timers of its
 * own: without timers of its callers it sleeps in the kernel until a descriptor is ready.
 */
struct loop;

/* A watched descriptor. Its owner embeds this struct, zero-initialises it, and keeps its memory
 * until loop_unwatch(). */
struct loop_watch {
	struct loop *loop; /* NULL while not watched */
	int fd;
	/* the callback. events: what is ready, bits of EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR */
	void (*fn)(void *data, uint32_t events);
	void *data;
};

/* A timer that runs once. Its owner embeds this struct, zero-initialises it, and keeps its memory
 * until the timer has run or is cancelled. */
struct loop_timer {
	struct loop *loop;			  /* NULL while not set */
	struct timers *timers;			  /* the heap that holds this timer */
	int64_t due_ms;				  /* when to run, by loop_now_ms() */
	struct loop_timer *child, *next, *before; /* the timer's place in the heap (timers.h) */
	void (*fn)(void *data);
	void *data;
};

/* Makes a loop. Returns 0 and a loop that the caller destroys, or -errno. */
int loop_create(struct loop **ret_loop);

/* Frees the loop. The caller must have ended all watches and timers before. NULL is accepted. */
void loop_destroy(struct loop *loop);

/* Returns the time of the monotonic clock (clock.h), as it was read at the beginning of this
 * iteration. A timer is due if its due_ms is not later than this time. */
int64_t loop_now_ms(const struct loop *loop);

/* Watches fd: calls fn in each iteration in which one of the events (EPOLLIN, EPOLLOUT) is ready.
 * The caller still closes fd. Returns 0 or -errno. */
int loop_watch(struct loop *loop, struct loop_watch *watch, int fd, uint32_t events,
	       void (*fn)(void *data, uint32_t events), void *data);

/*
 * Gives a watch precedence: in an iteration that begins with ready descriptors left from an earlier
 * iteration, the callback of this watch runs first, with EPOLLIN. The callback must accept that
 * there is nothing to read. Only one watch has precedence: the last for which this was called.
 * loop_unwatch() ends the precedence.
 */
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
 * some work: the callbacks of ready descriptors run first. Replaces an earlier time of this
 * timer. */
void loop_timer_next(struct loop *loop, struct loop_timer *timer, void (*fn)(void *data),
		     void *data);

/* Unsets a timer: its callback does not run. A timer that is not set is accepted. */
void loop_timer_cancel(struct loop_timer *timer);

/* Has this part of the iteration (the callbacks of descriptors, or those of timers) run for
 * LOOP_PART_US? If so, a callback that does several pieces of work leaves the rest to the next
 * iteration (loop_go_on()). Always false in loop_run_once(), where a test gives the time. */
#define LOOP_PART_US 5000
bool loop_is_long(const struct loop *loop);

/* Call this if you leave work to the next iteration: that iteration then begins without a wait. */
void loop_go_on(struct loop *loop);

/* Sets the one function that the loop calls at the end of every iteration, after the callbacks of
 * that iteration. fn replaces the function that was set before. */
void loop_at_iteration_end(struct loop *loop, void (*fn)(void *data), void *data);

/* Returns the loop's measurement of how long pieces of its work take. The loop calls stall_next()
 * after each callback. A callback that does several pieces of work for different requests calls
 * stall_next() after each piece. */
struct stall *loop_stall(struct loop *loop);

/* Runs iterations until loop_quit(). Returns 0, or -errno if epoll_wait(2) failed. */
int loop_run(struct loop *loop);

/* Runs iterations until loop_quit(), or until most_ms have passed. Use it for a start that waits
 * for an answer. Returns 0 in both cases, or -errno if epoll_wait(2) failed. */
int loop_run_for(struct loop *loop, int64_t most_ms);

/* Runs one iteration that does not wait. During the iteration loop_now_ms() is now_ms. For tests,
 * which choose the time themselves. Returns 0, or -errno if epoll_wait(2) failed. */
int loop_run_once(struct loop *loop, int64_t now_ms);

/* Returns the time, by loop_now_ms(), at which the next iteration has something to do apart from
 * descriptors. That is now if work was left to that iteration, else the time of the next timer; -1:
 * no timer is set. */
int64_t loop_next_due_ms(const struct loop *loop);

/* Makes loop_run() or loop_run_for() return at the end of this iteration. */
void loop_quit(struct loop *loop);

#endif
