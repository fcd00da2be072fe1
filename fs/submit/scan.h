/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SCAN_H
#define COCFS_SUBMIT_SCAN_H

#include "submit/missing.h"
#include "submit/paging.h"
#include "submit/scan_outcome.h"
#include "submit/scan_page.h"
#include "submit/state.h"

/*
 * One scan: the service's list of all jobs is read page by page into the catalogue. A scan has two
 * requests under way at most. scan.c has the essay.
 */
struct scan;

/* How a scan has ended. */
struct scan_end {
	enum scan_outcome outcome;
	int errnum;	 /* positive; 0: it did not fail */
	const char *why; /* it failed: one sentence */
};

/* Called once with what has become of a scan, from an iteration of the loop and never from within
 * scan_begin(), unless scan_cancel() came before. It is the last touch. */
typedef void scan_done_fn(void *data, const struct scan_end *end);

struct scan {
	struct engine *engine;
	scan_done_fn *done;
	void *data;
	struct paging paging;
	struct missing missing; /* what is not in the list */
	struct scan_page pages[2];
	int turn;		 /* of these, the page that is taken next */
	bool is_full;		 /* the last page that was taken: as many rows as were asked for */
	struct loop_timer timer; /* while the service wants to be left alone */
	unsigned calls;		 /* for pages */
	int64_t begun_ms;	 /* on the loop's clock */
	int64_t begun_epoch_ms;	 /* since the epoch */
	bool is_whole;
};

/* Begins a scan. What it cannot do is told by done. */
void scan_begin(struct scan *scan, struct engine *engine, scan_done_fn *done, void *data);

/* Stops a scan: done is not called. A scan that is not under way is accepted. */
void scan_cancel(struct scan *scan);

#endif
