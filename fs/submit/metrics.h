/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_METRICS_H
#define COCFS_SUBMIT_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/stall.h"
#include "submit/outcome.h"

/*
 * What is counted since the mount, and how it is told: the Prometheus text format, for
 * .coc/metrics. Pure: times come in, text comes out.
 */

/* Upper bounds of the buckets: from a local service's answer to the default timeout. */
#define METRICS_BUCKETS_MS                                                                         \
	{                                                                                          \
		1, 5, 10, 50, 100, 500, 1000, 5000, 10000, 30000                                   \
	}
#define METRICS_BUCKETS 10

struct histogram {
	uint64_t buckets[METRICS_BUCKETS + 1]; /* the last one: above every bound */
	uint64_t sum_ms;
};

/* What a submission was: enum submission_kind, and two more. */
#define METRICS_KIND_NONE 0 /* it ended before that was known */
#define METRICS_KIND_DELETE 3
#define METRICS_KIND_COUNT 4

#define METRICS_ANSWER_COUNT 5 /* enum coc_outcome */

#define METRICS_SCAN_COUNT 3 /* enum scan_outcome */

struct metrics {
	uint64_t submissions[METRICS_KIND_COUNT][OUTCOME_COUNT];
	uint64_t answers[METRICS_ANSWER_COUNT]; /* to requests that submit or delete */
	uint64_t refusals;  /* commits that the rules, the validation or a write said no to */
	uint64_t adoptions; /* creates that took a job which was there */
	uint64_t bytes;	    /* content that the service took */
	uint64_t scans[METRICS_SCAN_COUNT];
	struct histogram commit, request;
};

/* What is true now, and what others have counted. */
struct metrics_now {
	unsigned in_flight, in_doubt;
	int64_t queued;
	unsigned soundness;	/* of the ledger, as the metric ledger_check has it */
	int64_t scanned_ms;	/* since the epoch: the state that .coc/jobs shows; 0: none */
	unsigned auth_failures; /* in a row */
	bool paused;
	uint64_t commits_durable, commits_other; /* of the ledger */
	const struct stall *stall;		 /* of the loop */
};

/* Counts a time; a negative one counts as 0. */
void histogram_add(struct histogram *histogram, int64_t ms);

/* Appends everything as text. Returns 0 or -ENOMEM. */
int metrics_write(const struct metrics *metrics, const struct metrics_now *now, struct buf *text);

#endif
