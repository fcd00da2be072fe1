/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_PENDING_H
#define COCFS_JOB_PENDING_H

#include "base/buf.h"
#include "job/ledger.h"

/* May the reader see a row? Takes an error away that is not for the reader. */
typedef bool pending_filter(void *data, struct ledger_pending *row);

/*
 * Appends the unfinished submissions as text, for .coc/queue: in the order of their commits a line
 * each, STATE ATTEMPTS NEXT_TRY PATH LAST_ERROR with tabs between. PENDING_LINES_MAX of them are looked at.
 * A line without a tab says how many more there are. Another such line says how many of the rows the reader
 * may not see. Until resumes_ms (since the epoch, 0: now) the queue stands still. Returns 0 or -errno.
 */
int pending_write(struct ledger *ledger, int64_t resumes_ms, pending_filter *may_see, void *data,
		  struct buf *text);

#endif
