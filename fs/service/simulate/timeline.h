/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_TIMELINE_H
#define COCFS_SERVICE_SIMULATE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where an execution stands. Nothing runs: an execution is a way of legs, one after the other, each
 * of which takes a time that is known beforehand or waits for somebody. What was done to it (its
 * acts) is kept with the time, and from both follows where it is at any moment. Pure: no clock, no
 * store.
 */

/* The statuses of the API, of an execution, a step and an instance. */
enum walk_status {
	WALK_PENDING, /* waits for RESUME */
	WALK_RUNNING,
	WALK_SUCCEED,
	WALK_CANCELING,
	WALK_CANCELED,
	WALK_FAILED,
	WALK_TIMEOUT,
	WALK_STATUSES,
};

/* The word that the API has for a status. */
const char *walk_word(enum walk_status status);

/* How a leg ends when its time is over. */
enum walk_end {
	WALK_SUCCEEDS,
	WALK_FAILS,
	WALK_FAILS_ONCE, /* and succeeds when it is tried again */
	WALK_TIMES_OUT,
	WALK_WAITS,  /* it has no time of its own: it ends with an act */
	WALK_CANNOT, /* fails, and nothing leads past it */
};

struct walk_leg {
	size_t step; /* to which it belongs; a step has one leg or several in a row */
	enum walk_end end;
	int64_t ms;
};

enum walk_act_kind {
	WALK_RESUME = 'R',
	WALK_TERMINATE = 'T',
	WALK_RETRY = 'A',
	WALK_SKIP = 'S',
};

struct walk_act {
	enum walk_act_kind kind;
	int64_t time_ms; /* not before the act ahead of it */
};

/* An execution; what it points to is borrowed. */
struct walk {
	const struct walk_leg *legs;
	size_t n_legs; /* one or more */
	const struct walk_act *acts;
	size_t n_acts;
	int64_t start_ms;
	int64_t cancel_ms; /* what runs when it is terminated ends after this time at the latest */
};

/* A leg as it is at some moment. */
struct walk_place {
	bool begun;
	bool skipped; /* passed over without an attempt */
	enum walk_status status;
	int64_t start_ms, end_ms; /* end_ms 0: it has not ended */
};

/* An execution as it is at some moment. */
struct walk_state {
	enum walk_status status;
	int64_t since_ms; /* when it came into this status, or to this leg */
	size_t leg;	  /* where it is; n_legs when it is through */
};

#define WALK_FOREVER (INT64_MAX / 4)

/*
 * Where an execution is at now_ms, as far as it is known now; at WALK_FOREVER, where it comes to
 * rest if nobody does anything more. ret_places has room for n_legs, or is NULL.
 */
void walk_to(const struct walk *walk, int64_t now_ms, struct walk_state *ret_state,
	     struct walk_place *ret_places);

/* True if the status is an end of the whole. */
bool walk_is_end(enum walk_status status);

/* True if that can be done to an execution in this state. */
bool walk_takes(const struct walk *walk, const struct walk_state *state, enum walk_act_kind kind);

#endif
