/* SPDX-License-Identifier: MIT */
#include "service/simulate/timeline.h"

/* A walker on the way. */
struct walker {
	const struct walk *walk;
	struct walk_place *places; /* or NULL */
	int64_t now_ms;
	int64_t at_ms;	/* when the leg was begun, or begun again */
	size_t act;	/* the next one */
	size_t attempt; /* at this leg, from 0 */
	struct walk_state state;
};

const char *walk_word(enum walk_status status)
{
	static const char *const words[WALK_STATUSES] = {
		[WALK_PENDING] = "Pending",   [WALK_RUNNING] = "Running",
		[WALK_SUCCEED] = "Succeed",   [WALK_CANCELING] = "Canceling",
		[WALK_CANCELED] = "Canceled", [WALK_FAILED] = "Failed",
		[WALK_TIMEOUT] = "Timeout",
	};

	return words[status];
}

bool walk_is_end(enum walk_status status)
{
	return status != WALK_PENDING && status != WALK_RUNNING && status != WALK_CANCELING;
}

/* The act that comes next, if its time is not after now; else NULL. */
static const struct walk_act *next_act(const struct walker *walker)
{
	const struct walk *walk = walker->walk;

	if (walker->act >= walk->n_acts || walk->acts[walker->act].time_ms > walker->now_ms)
		return NULL;
	return &walk->acts[walker->act];
}

/* Notes what is known of the leg that the walker is at. */
static void note(struct walker *walker, enum walk_status status, int64_t end_ms)
{
	struct walk_place *place;

	if (!walker->places)
		return;
	place = &walker->places[walker->state.leg];
	place->begun = true;
	place->status = status;
	place->start_ms = walker->at_ms;
	place->end_ms = end_ms;
}

/* Ends the walk, for now or for good. Returns false. */
static bool stop(struct walker *walker, enum walk_status status, int64_t since_ms)
{
	walker->state.status = status;
	walker->state.since_ms = since_ms;
	note(walker, status, walk_is_end(status) ? since_ms : 0);
	return false;
}

/* Leaves the leg, which ended so, for the next one. Returns true. */
static bool go_on(struct walker *walker, enum walk_status status, int64_t ended_ms, int64_t at_ms)
{
	note(walker, status, ended_ms);
	walker->at_ms = at_ms;
	walker->attempt = 0;
	walker->state.leg++;
	return true;
}

/* Passes over a leg that was not begun. */
static void pass(struct walker *walker)
{
	note(walker, WALK_CANCELED, walker->at_ms);
	if (walker->places)
		walker->places[walker->state.leg].skipped = true;
	walker->state.leg++;
}

/* The status that a leg comes to by itself. */
static enum walk_status result(const struct walk_leg *leg, size_t attempt)
{
	switch (leg->end) {
	case WALK_FAILS_ONCE:
		return attempt ? WALK_SUCCEED : WALK_FAILED;
	case WALK_TIMES_OUT:
		return WALK_TIMEOUT;
	case WALK_FAILS:
	case WALK_CANNOT:
		return WALK_FAILED;
	default:
		return WALK_SUCCEED;
	}
}

/* A leg that waits: true if somebody has let the walker go on. */
static bool wait_here(struct walker *walker, const struct walk_leg *leg)
{
	const struct walk_act *act = next_act(walker);
	const struct walk *walk = walker->walk;

	if (!act)
		return stop(walker, WALK_PENDING, walker->at_ms);
	walker->act++;
	if (act->kind == WALK_TERMINATE)
		return stop(walker, WALK_CANCELED, act->time_ms);
	go_on(walker, WALK_SUCCEED, act->time_ms, act->time_ms);
	/* a pause between two batches of a step: the one that is ahead is meant */
	if (act->kind == WALK_SKIP && walker->state.leg < walk->n_legs &&
	    walk->legs[walker->state.leg].step == leg->step)
		pass(walker);
	return true;
}

/* A leg that takes a time: true if the walker is through with it, or begins it again. */
static bool run(struct walker *walker, const struct walk_leg *leg)
{
	const struct walk_act *act = next_act(walker);
	int64_t end_ms = walker->at_ms + leg->ms;
	enum walk_status status = result(leg, walker->attempt);

	if (act && act->time_ms < end_ms) {
		/* nothing but TERMINATE is taken here */
		int64_t cancel_ms = act->time_ms + walker->walk->cancel_ms;

		walker->act++;
		if (cancel_ms < end_ms)
			end_ms = cancel_ms;
		if (walker->now_ms < end_ms)
			return stop(walker, WALK_CANCELING, act->time_ms);
		return stop(walker, WALK_CANCELED, end_ms);
	}
	if (walker->now_ms < end_ms)
		return stop(walker, WALK_RUNNING, walker->at_ms);
	if (status == WALK_SUCCEED)
		return go_on(walker, status, end_ms, end_ms);
	if (!act)
		return stop(walker, status, end_ms);
	walker->act++;
	if (act->kind == WALK_SKIP)
		return go_on(walker, status, end_ms, act->time_ms);
	walker->at_ms = act->time_ms;
	walker->attempt++;
	return true;
}

void walk_to(const struct walk *walk, int64_t now_ms, struct walk_state *ret_state,
	     struct walk_place *ret_places)
{
	struct walker walker = {
		.walk = walk,
		.places = ret_places,
		.now_ms = now_ms < walk->start_ms ? walk->start_ms : now_ms,
		.at_ms = walk->start_ms,
	};
	bool on = true;

	for (size_t i = 0; ret_places && i < walk->n_legs; i++)
		ret_places[i] = (struct walk_place){0};
	while (on && walker.state.leg < walk->n_legs) {
		const struct walk_leg *leg = &walk->legs[walker.state.leg];

		on = leg->end == WALK_WAITS ? wait_here(&walker, leg) : run(&walker, leg);
	}
	if (on) {
		walker.state.status = WALK_SUCCEED;
		walker.state.since_ms = walker.at_ms;
	}
	*ret_state = walker.state;
}

bool walk_takes(const struct walk *walk, const struct walk_state *state, enum walk_act_kind kind)
{
	bool broken = state->status == WALK_FAILED || state->status == WALK_TIMEOUT;

	switch (kind) {
	case WALK_RESUME:
		return state->status == WALK_PENDING;
	case WALK_TERMINATE:
		return state->status == WALK_PENDING || state->status == WALK_RUNNING;
	case WALK_RETRY:
		return broken;
	case WALK_SKIP:
		return state->status == WALK_PENDING ||
		       (broken && walk->legs[state->leg].end != WALK_CANNOT);
	}
	return false;
}
