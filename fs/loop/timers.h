/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_TIMERS_H
#define COCFS_LOOP_TIMERS_H

#include "loop/loop.h"

/*
 * Timers in the order of their due_ms: a pairing heap. The timers themselves are the nodes, so
 * setting a timer needs no memory and cannot fail. Adding a timer needs no search; removing a timer
 * takes logarithmic time on average.
 */
struct timers {
	struct loop_timer *first; /* the timer that is due first; NULL if none is set */
	uint32_t count;		  /* timers in the heap */
};

/* Adds a timer, in the order of due_ms. The timer must be in no heap. */
void timers_add(struct timers *timers, struct loop_timer *timer);

/* Removes a timer from this heap, which must hold it. */
void timers_remove(struct timers *timers, struct loop_timer *timer);

#endif
