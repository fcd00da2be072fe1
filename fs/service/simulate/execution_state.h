/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_EXECUTION_STATE_H
#define COCFS_SERVICE_SIMULATE_EXECUTION_STATE_H

#include "service/simulate/plan.h"
#include "service/store/executions.h"

/* An execution from the store, ready to compute its state: the plan of its document, its
 * operations, and the timeline of both. */
struct execution_state {
	struct plan plan;
	struct operation *operations;
	struct timeline timeline;
};

/* Makes the state of an execution from its record. operations: the text of all operations since the
 * execution began; "" if there were none. Returns 0 and a state that execution_state_finish()
 * frees. Returns -EIO with err filled if operations is no text of this service; -ENOMEM. err may be
 * NULL. */
int execution_state_make(const struct store_run *run, const char *operations,
			 struct execution_state *ret_state, struct err *err);

/* Frees the memory of a state. A zeroed state is accepted. */
void execution_state_finish(struct execution_state *simulation);
#define _cleanup_execution_state_ __attribute__((cleanup(execution_state_finish)))

/* Returns the time for which to compute the state of an execution at now_ms. This time is never
 * before the last operation, even if the clock was set back since. */
static inline int64_t execution_state_time(const struct store_execution *execution, int64_t now_ms)
{
	return now_ms < execution->change_ms ? execution->change_ms : now_ms;
}

/* Computes how the execution goes on if no more operations come: its status until settle_ms, and
 * its status from then on. */
void execution_state_outlook(const struct execution_state *simulation,
			     struct store_outlook *ret_outlook);

/* Adds an operation at time_ms to the execution, and appends the operation to the text operations.
 * Returns 0 or -ENOMEM. */
int execution_state_operate(struct execution_state *simulation, enum operation_kind kind,
			    int64_t time_ms, struct buf *operations);

/* Returns the state of the step with the index number. slice_states: the states of all slices, from
 * timeline_at(). If a slice of the step has begun and not ended, its status counts. Else the worst
 * status of the slices that ended counts, without those that were skipped. */
struct slice_state execution_state_step(const struct execution_state *simulation,
					const struct slice_state *slice_states, size_t number);

#endif
