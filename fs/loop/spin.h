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

/* As epoll_wait(2). */
int spin_wait(struct spin *spin, int epoll_fd, struct epoll_event *events, int max, int timeout_ms);

#endif
