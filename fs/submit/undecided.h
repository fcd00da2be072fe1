/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_UNDECIDED_H
#define COCFS_SUBMIT_UNDECIDED_H

#include "submit/lost.h"

/* Lost creates that nobody can decide. */

/* Tells in the submission's story that it cannot be known which of the jobs its create has made.
 * The jobs are those that it did not know. */
void undecided_tell(struct submission *submission, enum match_reason reason,
		    const struct matched_job *jobs, size_t n);

/* Tells that the list of jobs cannot be read, and why: half a sentence. */
void undecided_tell_gap(struct submission *submission, const char *gap);

/*
 * Ends the doubt of a create on demand: it counts as not done. 0; -EBUSY: something is under way
 * that may still be decided; -ENODATA: nothing is under way.
 */
int engine_end_doubt(struct engine *engine, int64_t row);

#endif
