/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_PENDING_H
#define COCFS_JOB_PENDING_H

#include "base/buf.h"
#include "job/ledger.h"

/*
 * Appends the unfinished submissions as text, for .coc/queue: in the order of their commits a line
 * each, STATE ATTEMPTS NEXT_TRY PATH LAST_ERROR with tabs between. After PENDING_LINES_MAX of them
 * a line without a tab says how many more there are. Until resumes_ms (since the epoch, 0: now) the
 * queue stands still. Returns 0 or -errno.
 */
int pending_write(struct ledger *ledger, int64_t resumes_ms, struct buf *text);

#endif
