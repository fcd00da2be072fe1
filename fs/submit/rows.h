/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ROWS_H
#define COCFS_SUBMIT_ROWS_H

#include "submit/state.h"

/* Which submissions there are in memory, by the rows of the ledger. */

/* The current submission of a row, or NULL. */
struct submission *engine_current(const struct engine *engine, int64_t row);

/* Makes a submission the current one of its row, which has none. */
void engine_put(struct submission *submission);

/* The row has no current submission any more. */
void engine_take_out(struct submission *submission);

/* Is another create of the same name and content under way, whose job may not be taken for ours? */
bool engine_has_twin(const struct engine *engine, const struct submission *submission);

/* Is a job bound to a path, or was it and is forgotten on demand? Knows what was settled and is not
 * recorded yet, too. 1, 0 or -errno. */
int engine_is_bound(const struct engine *engine, const char *job_id);

/* Would there be, if the power went now, another create in doubt that the job could be taken
 * for? */
bool engine_has_rival(const struct engine *engine, const struct submission *submission);

#endif
