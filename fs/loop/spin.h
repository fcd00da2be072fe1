/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_SPIN_H
#define COCFS_LOOP_SPIN_H

#include <stdbool.h>
#include <sys/epoll.h>

/*
 * A wait for events that stays awake while events come fast. spin.c has the essay. Zero-initialise
 * it, then call spin_init().
 */
struct spin {
	/* there is only one processor: nothing else can happen while this thread stays awake */
	bool alone;
	unsigned credit; /* how many waits may stay awake before they sleep */
};

void spin_init(struct spin *spin);

/* Waits as epoll_wait(2) does, with the same results. While events come fast, the thread first
 * stays awake for a moment (spin.c). */
int spin_wait(struct spin *spin, int epoll_fd, struct epoll_event *events, int max, int timeout_ms);

#endif
