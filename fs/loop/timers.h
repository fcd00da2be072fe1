/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_TIMERS_H
#define COCFS_LOOP_TIMERS_H

#include "loop/loop.h"

/*
 * Timers in the order of their times: a pairing heap of the timers themselves, so that setting a
 * timer needs no memory and cannot fail. Adding a timer needs no search; removing one is
 * logarithmic on average.
 */
struct timers {
	struct loop_timer *first; /* the next timer that is due; NULL if none is set */
	uint32_t count;
};

/* Adds a timer that is in no heap, by its due_ms. */
void timers_add(struct timers *timers, struct loop_timer *timer);

/* Removes a timer from the heap that it is in. */
void timers_remove(struct timers *timers, struct loop_timer *timer);

#endif
