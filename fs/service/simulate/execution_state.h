/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_EXECUTION_STATE_H
#define COCFS_SERVICE_SIMULATE_EXECUTION_STATE_H

#include "service/simulate/plan.h"
#include "service/store/executions.h"

/* An execution as the store keeps it, made ready to be walked. */
struct execution_state {
	struct plan plan;
	struct operation *acts;
	struct timeline walk;
};

/* Makes it of what the store has; acts "": nothing was done to it yet. Returns 0 and a track to be
 * finished; -EIO with err filled: the acts are not of our making; -ENOMEM. */
int execution_state_make(const struct store_run *run, const char *acts,
			 struct execution_state *ret_state, struct err *err);

/* Frees what a track holds; a zeroed one is accepted. */
void execution_state_finish(struct execution_state *track);
#define _cleanup_execution_state_ __attribute__((cleanup(execution_state_finish)))

/* The time for an execution at now_ms: what has been done to it has been done, also if the clock
 * was put back since. */
static inline int64_t execution_state_time(const struct store_execution *execution, int64_t now_ms)
{
	return now_ms < execution->change_ms ? execution->change_ms : now_ms;
}

/* How it goes on if nobody does anything more. */
void execution_state_outlook(const struct execution_state *track,
			     struct store_outlook *ret_outlook);

/* Does something more to it, and appends that to the text of its acts. Returns 0 or -ENOMEM. */
int execution_state_operate(struct execution_state *track, enum operation_kind kind,
			    int64_t time_ms, struct buf *acts);

/* A step as a whole, from the places of all slices: it is as bad as the worst of its own. */
struct slice_state execution_state_step(const struct execution_state *track,
					const struct slice_state *places, size_t number);

#endif
