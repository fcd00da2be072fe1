/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_JOBS_H
#define COCFS_LEDGER_JOBS_H

#include "ledger/db.h"

/* The states and errors of jobs. */

/* Moves the job of a row to a state. Returns 0, -EPROTO if the table of moves (job/state.h) has no
 * such move, or another -errno. */
int ledger_set_state(struct ledger *ledger, int64_t row, enum job_state state);

/* Moves the job to a state at the end of a submission. If newer content was refused meanwhile, the
 * job gets the state of that refusal instead. Returns 0, -EPROTO if the table of moves
 * (job/state.h) has no such move, or another -errno. */
int ledger_end_state(struct ledger *ledger, int64_t row, enum job_state state);

/* Finds the state that ledger_end_state() would set. For a caller that writes the state together
 * with other columns. Returns 0, -EPROTO if there is no such move, or another -errno. */
int ledger_state_at_end(struct ledger *ledger, int64_t row, enum job_state state,
			enum job_state *ret_state);

/* Moves the job to a state. from: its state now. Returns 0, -EPROTO if the table of moves
 * (job/state.h) has no such move, or another -errno. */
int ledger_move_job(struct ledger *ledger, int64_t row, enum job_state from, enum job_state state);

/* Removes the error, the story and `incomplete` from a row, unless they belong to newer content
 * that was refused. Returns 0 or -errno. */
int ledger_clear_error(struct ledger *ledger, int64_t row);

#endif
