/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_SPIN_H
#define COCFS_LOOP_SPIN_H

#include <stdbool.h>
#include <sys/epoll.h>

/*
 * Waiting for events, awake as long as they come thick and fast; see waiting.c. Zero-initialise it,
 * then waiting_init().
 */
struct waiting {
	bool alone;	 /* there is no other processor on which what is waited for could happen */
	unsigned credit; /* how many times it pays to look before sleeping */
};

void waiting_init(struct waiting *waiting);

/* As epoll_wait(2). */
int waiting_wait(struct waiting *waiting, int epoll_fd, struct epoll_event *events, int max,
		 int timeout_ms);

#endif
