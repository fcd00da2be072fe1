/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_TIMELINE_H
#define COCFS_SERVICE_SIMULATE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The state of an execution at any moment. Nothing runs. An execution is a sequence of slices. A
 * slice takes a time that is known beforehand, or waits for an operation. The operations on an
 * execution are stored with their times. Slices and operations together give the state at each
 * moment. Pure: no clock, no store.
 */

/* The statuses that an execution, a step or an instance can have in the API.
 * execution_status_word() gives their words. */
enum execution_status {
	STATUS_PENDING, /* waits for an operation, such as RESUME */
	STATUS_RUNNING,
	STATUS_SUCCEED,
	STATUS_CANCELING,
	STATUS_CANCELED,
	STATUS_FAILED,
	STATUS_TIMEOUT,
	STATUS_STATUSES,
};

/* Returns the API's word for a status, such as "Running". Never NULL; not to be freed. */
const char *execution_status_word(enum execution_status status);

/* The end of a slice, which is fixed when the plan is made. */
enum slice_end {
	SLICE_SUCCEEDS,
	SLICE_FAILS,
	SLICE_FAILS_ONCE, /* fails, and succeeds when it is tried again */
	SLICE_TIMES_OUT,
	SLICE_WAITS,  /* takes no time of its own: an operation ends the slice */
	SLICE_CANNOT, /* fails, and no operation lets the execution go on */
};

struct slice {
	size_t step; /* index of the slice's step; a step has one slice, or several in a row */
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
	int64_t time_ms; /* not before the time of the operation before it */
};

/* The timeline of an execution. The pointers are borrowed. */
struct timeline {
	const struct slice *slices;
	size_t n_slices; /* at least 1 */
	const struct operation *operations;
	size_t n_operations;
	int64_t start_ms;
	int64_t cancel_ms; /* a slice that TERMINATE stops ends within this time */
};

/* The state of a slice of an execution at now_ms of timeline_at(). */
struct slice_state {
	bool begun;
	bool skipped; /* skipped without an attempt */
	enum execution_status status;
	int64_t start_ms, end_ms; /* end_ms 0: the slice has not ended */
};

/* The state of an execution at now_ms of timeline_at(). */
struct timeline_state {
	enum execution_status status;
	int64_t since_ms; /* when this status began; of RUNNING: when this slice began */
	size_t slice;	  /* index of the present slice; n_slices: all slices are over */
};

#define TIMELINE_FOREVER (INT64_MAX / 4)

/*
 * Computes the state of an execution at now_ms, from the operations that are known now. With
 * TIMELINE_FOREVER as now_ms this is the last state that the execution reaches without further
 * operations. ret_slice_states: room for the states of all n_slices slices. NULL: the states are
 * not wanted.
 */
void timeline_at(const struct timeline *timeline, int64_t now_ms, struct timeline_state *ret_state,
		 struct slice_state *ret_slice_states);

/* Does this status mean that the execution is over, unless somebody retries or skips? No for
 * PENDING, RUNNING and CANCELING; yes for all others. */
bool execution_status_is_end(enum execution_status status);

/* Is the operation allowed on an execution in this state? RESUME: if it waits. TERMINATE: if it
 * waits or runs. RETRY: if it failed or timed out. SKIP: if it waits, or failed in a slice that may
 * be skipped. */
bool timeline_takes(const struct timeline *timeline, const struct timeline_state *state,
		    enum operation_kind kind);

#endif
