/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_UNDECIDED_H
#define COCFS_SUBMIT_UNDECIDED_H

#include "submit/lost.h"

/* Lost creates whose jobs nobody can tell apart. */

/* Records in the story of a lost create that it cannot be known which job it has made, and why.
 * jobs: the n jobs that fit it or are alike. The story names those of them that the create did not
 * know; for MATCH_SHARED it names the others, too. */
void undecided_tell(struct submission *submission, enum match_reason reason,
		    const struct matched_job *jobs, size_t n);

/* Records in the story of a lost create that the service's list of jobs of its name proves nothing.
 * gap: why, as half a sentence. */
void undecided_tell_gap(struct submission *submission, const char *gap);

/*
 * Ends the doubt of a row's create, because a person demands that: the create counts as not done.
 * Returns 0. -EBUSY: the row's submission is no create in doubt, or may still be decided. -ENODATA:
 * the row has no submission.
 */
int engine_end_doubt(struct engine *engine, int64_t row);

#endif
