/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_UNDECIDED_H
#define COCFS_SUBMIT_UNDECIDED_H

#include "submit/lost.h"

/* Lost creates whose jobs nobody can tell apart. */

/* Records in the submission's story that it cannot be known which job its create has made, and why.
 * The jobs that fit are in `jobs`. The story names those of them that the create did not know. */
void undecided_tell(struct submission *submission, enum match_reason reason,
		    const struct matched_job *jobs, size_t n);

/* Records in the submission's story that the list of jobs proves nothing. gap: why, as half a
 * sentence. */
void undecided_tell_gap(struct submission *submission, const char *gap);

/*
 * Ends the doubt of a create on demand: it counts as not done. Returns 0, -EBUSY if the submission
 * may still be decided, or -ENODATA if the row has none.
 */
int engine_end_doubt(struct engine *engine, int64_t row);

#endif
