/* SPDX-License-Identifier: MIT */
#include "service/simulate/timeline.h"

/* The way through a timeline up to now_ms. */
struct walker {
	const struct timeline *walk;
	struct slice_state *places; /* the state of each slice; NULL: not wanted */
	int64_t now_ms;
	int64_t at_ms;	/* when the present slice began, or began again */
	size_t act;	/* the next operation */
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

/* Returns the next operation, if its time is not after now; else NULL. */
static const struct operation *next_operation(const struct walker *walker)
{
	const struct timeline *walk = walker->walk;

	if (walker->act >= walk->n_operations || walk->acts[walker->act].time_ms > walker->now_ms)
		return NULL;
	return &walk->acts[walker->act];
}

/* Records the state of the present slice. */
static void note_slice(struct walker *walker, enum execution_status status, int64_t end_ms)
{
	struct slice_state *place;

	if (!walker->places)
		return;
	place = &walker->places[walker->state.slice];
	place->begun = true;
	place->status = status;
	place->start_ms = walker->at_ms;
	place->end_ms = end_ms;
}

/* Stops in the present slice, for now or for good. Returns false. */
static bool stop_walk(struct walker *walker, enum execution_status status, int64_t since_ms)
{
	walker->state.status = status;
	walker->state.since_ms = since_ms;
	note_slice(walker, status, execution_status_is_end(status) ? since_ms : 0);
	return false;
}

/* Ends the present slice with a status, and goes on to the next one. Returns true. */
static bool go_on_to_next_slice(struct walker *walker, enum execution_status status,
				int64_t ended_ms, int64_t at_ms)
{
	note_slice(walker, status, ended_ms);
	walker->at_ms = at_ms;
	walker->attempt = 0;
	walker->state.slice++;
	return true;
}

/* Skips a slice that was not begun. */
static void pass_slice(struct walker *walker)
{
	note_slice(walker, STATUS_CANCELED, walker->at_ms);
	if (walker->places)
		walker->places[walker->state.slice].skipped = true;
	walker->state.slice++;
}

/* Returns the status in which a slice ends by itself. */
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
 * on. */
static bool wait_here(struct walker *walker, const struct slice *slice)
{
	const struct operation *act = next_operation(walker);
	const struct timeline *walk = walker->walk;

	if (!act)
		return stop_walk(walker, STATUS_PENDING, walker->at_ms);
	walker->act++;
	if (act->kind == OPERATION_TERMINATE)
		return stop_walk(walker, STATUS_CANCELED, act->time_ms);
	go_on_to_next_slice(walker, STATUS_SUCCEED, act->time_ms, act->time_ms);
	/* in a pause between two batches of a step, SKIP_BATCH means the next batch */
	if (act->kind == OPERATION_SKIP && walker->state.slice < walk->n_slices &&
	    walk->slices[walker->state.slice].step == slice->step)
		pass_slice(walker);
	return true;
}

/* Handles a slice that takes a time. Returns true if the slice is over, or begins again. */
static bool run_slice(struct walker *walker, const struct slice *slice)
{
	const struct operation *act = next_operation(walker);
	int64_t end_ms = walker->at_ms + slice->ms;
	enum execution_status status = slice_result(slice, walker->attempt);

	if (act && act->time_ms < end_ms) {
		/* only TERMINATE is allowed here */
		int64_t cancel_ms = act->time_ms + walker->walk->cancel_ms;

		walker->act++;
		if (cancel_ms < end_ms)
			end_ms = cancel_ms;
		if (walker->now_ms < end_ms)
			return stop_walk(walker, STATUS_CANCELING, act->time_ms);
		return stop_walk(walker, STATUS_CANCELED, end_ms);
	}
	if (walker->now_ms < end_ms)
		return stop_walk(walker, STATUS_RUNNING, walker->at_ms);
	if (status == STATUS_SUCCEED)
		return go_on_to_next_slice(walker, status, end_ms, end_ms);
	if (!act)
		return stop_walk(walker, status, end_ms);
	walker->act++;
	if (act->kind == OPERATION_SKIP)
		return go_on_to_next_slice(walker, status, end_ms, act->time_ms);
	walker->at_ms = act->time_ms;
	walker->attempt++;
	return true;
}

void timeline_at(const struct timeline *walk, int64_t now_ms, struct timeline_state *ret_state,
		 struct slice_state *ret_places)
{
	struct walker walker = {
		.walk = walk,
		.places = ret_places,
		.now_ms = now_ms < walk->start_ms ? walk->start_ms : now_ms,
		.at_ms = walk->start_ms,
	};
	bool on = true;

	for (size_t i = 0; ret_places && i < walk->n_slices; i++)
		ret_places[i] = (struct slice_state){0};
	while (on && walker.state.slice < walk->n_slices) {
		const struct slice *slice = &walk->slices[walker.state.slice];

		on = slice->end == SLICE_WAITS ? wait_here(&walker, slice)
					       : run_slice(&walker, slice);
	}
	if (on) {
		walker.state.status = STATUS_SUCCEED;
		walker.state.since_ms = walker.at_ms;
	}
	*ret_state = walker.state;
}

bool timeline_takes(const struct timeline *walk, const struct timeline_state *state,
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
		       (broken && walk->slices[state->slice].end != SLICE_CANNOT);
	}
	return false;
}
