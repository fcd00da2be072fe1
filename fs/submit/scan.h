/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SCAN_H
#define COCFS_SUBMIT_SCAN_H

#include "submit/missing.h"
#include "submit/paging.h"
#include "submit/scan_outcome.h"
#include "submit/scan_page.h"
#include "submit/state.h"

/*
 * One scan: reads the service's list of all jobs page by page into the catalogue. A scan has at
 * most two pages under way: the comment at the top of scan.c explains how.
 */
struct scan;

/* How a scan has ended. */
struct scan_end {
	enum scan_outcome outcome;
	int errnum;	 /* a positive errno if the scan failed, else 0 */
	const char *why; /* why the scan failed, as half a sentence; else NULL */
};

/* Called once at the end of a scan, but not after scan_cancel(). The call comes from an iteration
 * of the loop, never from within scan_begin(). The callee may free the struct scan. */
typedef void scan_done_fn(void *data, const struct scan_end *end);

struct scan {
	struct engine *engine;
	scan_done_fn *done;
	void *data;
	struct paging paging;
	struct missing missing; /* the check of jobs that the list lacks, after its end */
	struct scan_page pages[2];
	int turn;     /* index of the page that is taken next; the other page is asked for ahead */
	bool is_full; /* the last page that was taken had as many rows as were asked for */
	/* begins the scan; later runs until the next page may be asked for, if the service wants to
	 * be left alone */
	struct loop_timer timer;
	unsigned calls;		/* calls for pages so far */
	int64_t begun_ms;	/* when the scan began, on the loop's clock */
	int64_t begun_epoch_ms; /* the same moment, since the epoch */
	bool is_whole;		/* the list was read to its end and stood still; for SCAN_WHOLE */
};

/* Begins a scan of the service's list of jobs. done gets the result, also if the scan cannot begin,
 * and is not called from within scan_begin(). */
void scan_begin(struct scan *scan, struct engine *engine, scan_done_fn *done, void *data);

/* Stops a scan: done is not called. Does nothing if no scan is under way. */
void scan_cancel(struct scan *scan);

#endif
