/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_TIMELINE_H
#define COCFS_SERVICE_SIMULATE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where an execution stands. Nothing runs: an execution is a way of slices, one after the other,
 * each of which takes a time that is known beforehand or waits for somebody. What was done to it
 * (its acts) is kept with the time, and from both follows where it is at any moment. Pure: no
 * clock, no store.
 */

/* The statuses of the API, of an execution, a step and an instance. */
enum execution_status {
	STATUS_PENDING, /* waits for RESUME */
	STATUS_RUNNING,
	STATUS_SUCCEED,
	STATUS_CANCELING,
	STATUS_CANCELED,
	STATUS_FAILED,
	STATUS_TIMEOUT,
	STATUS_STATUSES,
};

/* The word that the API has for a status. */
const char *execution_status_word(enum execution_status status);

/* How a slice ends when its time is over. */
enum slice_end {
	SLICE_SUCCEEDS,
	SLICE_FAILS,
	SLICE_FAILS_ONCE, /* and succeeds when it is tried again */
	SLICE_TIMES_OUT,
	SLICE_WAITS,  /* it has no time of its own: it ends with an act */
	SLICE_CANNOT, /* fails, and nothing leads past it */
};

struct slice {
	size_t step; /* to which it belongs; a step has one slice or several in a row */
	enum slice_end end;
	int64_t ms;
};

enum operation_kind {
	OPERATION_RESUME = 'R',
	OPERATION_TERMINATE = 'T',
	OPERATION_RETRY = 'A',
	OPERATION_SKIP = 'S',
};

struct operation {
	enum operation_kind kind;
	int64_t time_ms; /* not before the act ahead of it */
};

/* An execution; what it points to is borrowed. */
struct timeline {
	const struct slice *slices;
	size_t n_slices; /* one or more */
	const struct operation *acts;
	size_t n_operations;
	int64_t start_ms;
	int64_t cancel_ms; /* what runs when it is terminated ends after this time at the latest */
};

/* A slice as it is at some moment. */
struct slice_state {
	bool begun;
	bool skipped; /* passed over without an attempt */
	enum execution_status status;
	int64_t start_ms, end_ms; /* end_ms 0: it has not ended */
};

/* An execution as it is at some moment. */
struct timeline_state {
	enum execution_status status;
	int64_t since_ms; /* when it came into this status, or to this slice */
	size_t slice;	  /* where it is; n_slices when it is through */
};

#define TIMELINE_FOREVER (INT64_MAX / 4)

/*
 * Where an execution is at now_ms, as far as it is known now. At TIMELINE_FOREVER, where it comes
 * to rest if nobody does anything more. ret_places has room for n_slices, or is NULL.
 */
void timeline_at(const struct timeline *walk, int64_t now_ms, struct timeline_state *ret_state,
		 struct slice_state *ret_places);

/* True if the status is an end of the whole. */
bool execution_status_is_end(enum execution_status status);

/* True if that can be done to an execution in this state. */
bool timeline_takes(const struct timeline *walk, const struct timeline_state *state,
		    enum operation_kind kind);

#endif
