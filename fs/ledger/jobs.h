/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_JOBS_H
#define COCFS_LEDGER_JOBS_H

#include "ledger/db.h"

/* The states and errors of jobs. */

/* Moves the job to a state; -EPROTO if the table of moves (state.h) has no such move. */
int ledger_set_state(struct ledger *ledger, int64_t row, enum job_state state);

/* The same for the end of a submission: if newer content was refused meanwhile, that is the
 * state. */
int ledger_end_state(struct ledger *ledger, int64_t row, enum job_state state);

/* What that state is, for a caller that writes it together with the rest. */
int ledger_state_at_end(struct ledger *ledger, int64_t row, enum job_state state,
			enum job_state *ret_state);

/* Moves the job from a state, which the caller knows, to another. -EPROTO as above. */
int ledger_move_job(struct ledger *ledger, int64_t row, enum job_state from, enum job_state state);

/* Removes the error (and the mark of half a file), unless it is of newer content than what came to
 * its end. */
int ledger_clear_error(struct ledger *ledger, int64_t row);

#endif
