/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_QUEUE_LISTING_H
#define COCFS_SUBMIT_QUEUE_LISTING_H

#include "base/buf.h"
#include "ledger/ledger.h"

/* May the reader see a row? Takes an error away that is not for the reader. */
typedef bool pending_filter(void *data, struct job_pending *row);

/* Rows of the queue that are looked at in one slice: 2 ms. */
#define PENDING_AT_ONCE 250

/* The text for .coc/queue while it is written. Set what is above the line. */
struct queue_listing {
	struct ledger *ledger;
	int64_t resumes_ms; /* until then (since the epoch, 0: now) the queue stands still */
	pending_filter *may_see;
	void *data;
	/* ---- */
	struct buf *text;
	int64_t rows, hidden, last;
	bool is_listed;
	struct queued_count queued;
};

/*
 * Appends some of the unfinished submissions: in the order of their commits a line each, STATE
 * ATTEMPTS NEXT_TRY PATH LAST_ERROR with tabs between. PENDING_LINES_MAX of them are looked at, and
 * PENDING_TEXT_MAX bytes written. At the end a line without a tab says how many of the rows the
 * reader may not see, and another one how many more there are. recorded: engine_recorded(). Returns
 * 1 if there is more to be written, 0 at the end, or -errno.
 */
int queue_listing_write(struct queue_listing *pending, unsigned recorded, struct buf *text);

#endif
