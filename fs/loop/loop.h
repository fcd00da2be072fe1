/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_LOOP_H
#define COCFS_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/stall.h"

/*
 * The one event loop: descriptors and timers of one thread. An iteration of the loop takes what is
 * ready, runs its callbacks, then calls the end-of-iteration function once; see loop.c. All
 * functions must be called from the loop's own thread. Idle, it sleeps in the kernel with no timer
 * set.
 */
struct loop;

/* A watched descriptor; embedded by its owner, whose memory must outlive the watch. */
struct loop_watch {
	struct loop *loop; /* NULL while not watched */
	int fd;
	void (*fn)(void *data, uint32_t events); /* EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR */
	void *data;
};

/* A one-shot timer; embedded by its owner. Zero-initialise it. */
struct loop_timer {
	struct loop *loop;     /* NULL while not set */
	struct timers *timers; /* the loop's that have it */
	int64_t due_ms;
	struct loop_timer *child, *next, *before; /* timers.h */
	void (*fn)(void *data);
	void *data;
};

/* Returns 0 and an owned loop, or a negative errno. */
int loop_create(struct loop **ret_loop);

/* Frees the loop; watches and timers must be gone. NULL is accepted. */
void loop_destroy(struct loop *loop);

/* The monotonic clock (clock.h), read once an iteration: what timers are compared with. */
int64_t loop_now_ms(const struct loop *loop);

/* Watches fd for events (EPOLLIN, EPOLLOUT); fd stays the caller's. Returns 0 or -errno. */
int loop_watch(struct loop *loop, struct loop_watch *watch, int fd, uint32_t events,
	       void (*fn)(void *data, uint32_t events), void *data);

/* While others wait for their turn, has the callback of this watch called first in each iteration,
 * as if there were something to read. It must accept that there is nothing. One watch can be first;
 * its end ends that. */
void loop_watch_first(struct loop_watch *watch);

/* Changes the events that are waited for. Returns 0 or -errno. */
int loop_watch_change(struct loop_watch *watch, uint32_t events);

/* Stops watching; the callback is not called any more, not even for events of this iteration. Call
 * it before fd is closed. A watch that is not set is accepted. */
void loop_unwatch(struct loop_watch *watch);

/* Calls fn once when loop_now_ms() reaches due_ms; replaces a time set before. Needs no
 * memory and cannot fail. */
void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due_ms,
		    void (*fn)(void *data), void *data);

/* Calls fn once in the next iteration, which begins without a wait: for the next slice of some
 * work, so that what is ready has its turn before. Replaces a time set before, as above. */
void loop_timer_next(struct loop *loop, struct loop_timer *timer, void (*fn)(void *data),
		     void *data);

/* Unsets the timer; one that is not set is accepted. */
void loop_timer_cancel(struct loop_timer *timer);

/* Has this part of the iteration (the callbacks of descriptors, or those of timers) taken
 * LOOP_PART_US? A callback that does several pieces of work stops then, and has itself called
 * again. Tests that own the time (loop_run_once()) are never told so. */
#define LOOP_PART_US 5000
bool loop_is_long(const struct loop *loop);

/* The next iteration begins without a wait: something was left to it. */
void loop_go_on(struct loop *loop);

/* Calls fn at the end of every iteration, after the callbacks of that iteration. */
void loop_at_iteration_end(struct loop *loop, void (*fn)(void *data), void *data);

/* How long the pieces of the loop's work take. A callback that does several pieces of work one
 * after the other, for different callers, says where one ends: stall_next(). */
struct stall *loop_stall(struct loop *loop);

/* Runs iterations until loop_quit(). Returns 0, or -errno when waiting failed. */
int loop_run(struct loop *loop);

/* The same, but no longer than that: for a start that waits for an answer. */
int loop_run_for(struct loop *loop, int64_t most_ms);

/* Runs one iteration that does not wait, at a time that the caller gives (as loop_now_ms()): for
 * tests, which own the time. Returns 0 or -errno. */
int loop_run_once(struct loop *loop, int64_t now_ms);

/* When the next iteration has something to do: now, if something was left to it, else when the next
 * timer is due; -1: none is set. */
int64_t loop_next_due_ms(const struct loop *loop);

/* Lets loop_run() return at the end of this iteration. */
void loop_quit(struct loop *loop);

#endif
