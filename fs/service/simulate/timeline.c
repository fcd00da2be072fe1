/* SPDX-License-Identifier: MIT */
#include "service/simulate/timeline.h"

/* How far timeline_at() has come from the beginning of the timeline towards now_ms: the slice, the
 * operation and the status reached. */
struct cursor {
	const struct timeline *timeline;
	struct slice_state *slice_states; /* the state of each slice; NULL: not wanted */
	int64_t now_ms;
	int64_t at_ms; /* when the present slice began, or began again */
	size_t next_operation;
	size_t attempt; /* how often the present slice was tried before */
	struct timeline_state state;
};

const char *execution_status_word(enum execution_status status)
{
	static const char *const words[STATUS_STATUSES] = {
		[STATUS_PENDING] = "Pending",	[STATUS_RUNNING] = "Running",
		[STATUS_SUCCEED] = "Succeed",	[STATUS_CANCELING] = "Canceling",
		[STATUS_CANCELED] = "Canceled", [STATUS_FAILED] = "Failed",
		[STATUS_TIMEOUT] = "Timeout",
	};

	return words[status];
}

bool execution_status_is_end(enum execution_status status)
{
	return status != STATUS_PENDING && status != STATUS_RUNNING && status != STATUS_CANCELING;
}

/* Returns the first operation that the cursor has not handled; NULL if there is none, or if that
 * operation came after now_ms. */
static const struct operation *next_operation(const struct cursor *cursor)
{
	const struct timeline *timeline = cursor->timeline;

	if (cursor->next_operation >= timeline->n_operations ||
	    timeline->operations[cursor->next_operation].time_ms > cursor->now_ms)
		return NULL;
	return &timeline->operations[cursor->next_operation];
}

/* Stores the state of the present slice for the caller of timeline_at(), if the caller wants
 * slices. end_ms 0: the slice has not ended. */
static void note_slice(struct cursor *cursor, enum execution_status status, int64_t end_ms)
{
	struct slice_state *slice_state;

	if (!cursor->slice_states)
		return;
	slice_state = &cursor->slice_states[cursor->state.slice];
	slice_state->begun = true;
	slice_state->status = status;
	slice_state->start_ms = cursor->at_ms;
	slice_state->end_ms = end_ms;
}

/* Stops the cursor in the present slice: the execution has this status since since_ms. Always
 * returns false, which means: do not go on to the next slice. */
static bool stop_in_slice(struct cursor *cursor, enum execution_status status, int64_t since_ms)
{
	cursor->state.status = status;
	cursor->state.since_ms = since_ms;
	note_slice(cursor, status, execution_status_is_end(status) ? since_ms : 0);
	return false;
}

/* Ends the present slice at ended_ms with a status, and goes on to the next slice, which begins at
 * at_ms. Always returns true. */
static bool go_on_to_next_slice(struct cursor *cursor, enum execution_status status,
				int64_t ended_ms, int64_t at_ms)
{
	note_slice(cursor, status, ended_ms);
	cursor->at_ms = at_ms;
	cursor->attempt = 0;
	cursor->state.slice++;
	return true;
}

/* Goes past a slice that never begins: it is CANCELED, and marked as skipped. */
static void skip_slice(struct cursor *cursor)
{
	note_slice(cursor, STATUS_CANCELED, cursor->at_ms);
	if (cursor->slice_states)
		cursor->slice_states[cursor->state.slice].skipped = true;
	cursor->state.slice++;
}

/* Returns the status in which a slice ends when its time is over. attempt: how often the slice was
 * tried before. */
static enum execution_status slice_result(const struct slice *slice, size_t attempt)
{
	switch (slice->end) {
	case SLICE_FAILS_ONCE:
		return attempt ? STATUS_SUCCEED : STATUS_FAILED;
	case SLICE_TIMES_OUT:
		return STATUS_TIMEOUT;
	case SLICE_FAILS:
	case SLICE_CANNOT:
		return STATUS_FAILED;
	default:
		return STATUS_SUCCEED;
	}
}

/* Handles a slice that waits for an operation. Returns true if an operation lets the execution go
 * on; false if the cursor stops in the slice. */
static bool wait_in_slice(struct cursor *cursor, const struct slice *slice)
{
	const struct operation *operation = next_operation(cursor);
	const struct timeline *timeline = cursor->timeline;

	if (!operation)
		return stop_in_slice(cursor, STATUS_PENDING, cursor->at_ms);
	cursor->next_operation++;
	if (operation->kind == OPERATION_TERMINATE)
		return stop_in_slice(cursor, STATUS_CANCELED, operation->time_ms);
	go_on_to_next_slice(cursor, STATUS_SUCCEED, operation->time_ms, operation->time_ms);
	/* in a pause between two batches of a step, SKIP_BATCH skips the next batch too */
	if (operation->kind == OPERATION_SKIP && cursor->state.slice < timeline->n_slices &&
	    timeline->slices[cursor->state.slice].step == slice->step)
		skip_slice(cursor);
	return true;
}

/* Handles a slice that takes a time. Returns true if the slice is over, or begins again; false if
 * the cursor stops in the slice. */
static bool run_in_slice(struct cursor *cursor, const struct slice *slice)
{
	const struct operation *operation = next_operation(cursor);
	int64_t end_ms = cursor->at_ms + slice->ms;
	enum execution_status status = slice_result(slice, cursor->attempt);

	if (operation && operation->time_ms < end_ms) {
		/* this is a TERMINATE: timeline_takes() takes no other while a slice runs */
		int64_t cancel_ms = operation->time_ms + cursor->timeline->cancel_ms;

		cursor->next_operation++;
		if (cancel_ms < end_ms)
			end_ms = cancel_ms;
		if (cursor->now_ms < end_ms)
			return stop_in_slice(cursor, STATUS_CANCELING, operation->time_ms);
		return stop_in_slice(cursor, STATUS_CANCELED, end_ms);
	}
	if (cursor->now_ms < end_ms)
		return stop_in_slice(cursor, STATUS_RUNNING, cursor->at_ms);
	if (status == STATUS_SUCCEED)
		return go_on_to_next_slice(cursor, status, end_ms, end_ms);
	if (!operation)
		return stop_in_slice(cursor, status, end_ms);
	cursor->next_operation++;
	if (operation->kind == OPERATION_SKIP)
		return go_on_to_next_slice(cursor, status, end_ms, operation->time_ms);
	cursor->at_ms = operation->time_ms;
	cursor->attempt++;
	return true;
}

void timeline_at(const struct timeline *timeline, int64_t now_ms, struct timeline_state *ret_state,
		 struct slice_state *ret_slice_states)
{
	struct cursor cursor = {
		.timeline = timeline,
		.slice_states = ret_slice_states,
		.now_ms = now_ms < timeline->start_ms ? timeline->start_ms : now_ms,
		.at_ms = timeline->start_ms,
	};
	bool on = true;

	for (size_t i = 0; ret_slice_states && i < timeline->n_slices; i++)
		ret_slice_states[i] = (struct slice_state){0};
	while (on && cursor.state.slice < timeline->n_slices) {
		const struct slice *slice = &timeline->slices[cursor.state.slice];

		on = slice->end == SLICE_WAITS ? wait_in_slice(&cursor, slice)
					       : run_in_slice(&cursor, slice);
	}
	if (on) {
		cursor.state.status = STATUS_SUCCEED;
		cursor.state.since_ms = cursor.at_ms;
	}
	*ret_state = cursor.state;
}

bool timeline_takes(const struct timeline *timeline, const struct timeline_state *state,
		    enum operation_kind kind)
{
	bool broken = state->status == STATUS_FAILED || state->status == STATUS_TIMEOUT;

	switch (kind) {
	case OPERATION_RESUME:
		return state->status == STATUS_PENDING;
	case OPERATION_TERMINATE:
		return state->status == STATUS_PENDING || state->status == STATUS_RUNNING;
	case OPERATION_RETRY:
		return broken;
	case OPERATION_SKIP:
		return state->status == STATUS_PENDING ||
		       (broken && timeline->slices[state->slice].end != SLICE_CANNOT);
	}
	return false;
}
