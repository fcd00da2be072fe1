/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_SPIN_H
#define COCFS_LOOP_SPIN_H

#include <stdbool.h>
#include <sys/epoll.h>

/*
 * A wait for events that stays awake while events come fast. spin.c has the essay. Call spin_init()
 * first.
 */
struct spin {
	/* this process may use only one processor: then the thread never stays awake, because
	 * nothing else could run meanwhile */
	bool alone;
	unsigned credit; /* 0: the next wait sleeps without a poll; see spin.c */
};

/* Initialises the struct, and finds out how many processors this process may use. */
void spin_init(struct spin *spin);

/* Waits as epoll_wait(2) does, with the same results. While events come fast, the thread first
 * stays awake for a moment (spin.c). */
int spin_wait(struct spin *spin, int epoll_fd, struct epoll_event *events, int max, int timeout_ms);

#endif
