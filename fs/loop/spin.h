/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_SPIN_H
#define COCFS_LOOP_SPIN_H

#include <stdbool.h>
#include <sys/epoll.h>

/*
 * Waiting for events, awake as long as they come thick and fast; see spin.c. Zero-initialise it,
 * then spin_init().
 */
struct spin {
	bool alone;	 /* there is no other processor on which what is waited for could happen */
	unsigned credit; /* how many times it pays to look before sleeping */
};

void spin_init(struct spin *spin);

/* As epoll_wait(2). */
int spin_wait(struct spin *spin, int epoll_fd, struct epoll_event *events, int max, int timeout_ms);

#endif
