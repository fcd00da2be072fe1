/* SPDX-License-Identifier: MIT */
#include "loop/timers.h"

#include <stddef.h>

/* Joins two heaps, given by their first timers. The timer that is due later becomes the first child
 * of the other timer. Returns that other timer. NULL is an empty heap. */
static struct loop_timer *meld_heaps(struct loop_timer *a, struct loop_timer *b)
{
	struct loop_timer *later;

	if (!a || !b)
		return a ? a : b;
	if (b->due_ms < a->due_ms) {
		later = a;
		a = b;
	} else {
		later = b;
	}
	later->next = a->child;
	if (later->next)
		later->next->before = later;
	later->before = a;
	a->child = later;
	return a;
}

/* Takes the first timer off a list that is linked by next. Returns NULL if the list is empty. */
static struct loop_timer *take_first(struct loop_timer **siblings)
{
	struct loop_timer *first = *siblings;

	if (first) {
		*siblings = first->next;
		first->next = first->before = NULL;
	}
	return first;
}

/* Makes one heap of the heaps in a list that is linked by next: melds them in pairs, then melds the
 * pairs. Returns NULL for an empty list. */
static struct loop_timer *meld_all(struct loop_timer *siblings)
{
	struct loop_timer *pairs = NULL, *heap = NULL;

	while (siblings) {
		struct loop_timer *a = take_first(&siblings),
				  *pair = meld_heaps(a, take_first(&siblings));

		pair->next = pairs;
		pairs = pair;
	}
	while (pairs)
		heap = meld_heaps(heap, take_first(&pairs));
	return heap;
}

void timers_add(struct timers *timers, struct loop_timer *timer)
{
	timer->child = timer->next = timer->before = NULL;
	timers->first = meld_heaps(timers->first, timer);
	timers->count++;
}

void timers_remove(struct timers *timers, struct loop_timer *timer)
{
	struct loop_timer *below = meld_all(timer->child);

	if (timer == timers->first) {
		timers->first = below;
	} else {
		if (timer->before->child == timer)
			timer->before->child = timer->next;
		else
			timer->before->next = timer->next;
		if (timer->next)
			timer->next->before = timer->before;
		timers->first = meld_heaps(timers->first, below);
	}
	timers->count--;
}
