/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_METRICS_H
#define COCFS_SUBMIT_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/stall.h"
#include "submit/outcome.h"

/*
 * What is counted since the mount, and how .coc/metrics writes it: the Prometheus text format.
 * Pure: times come in, text comes out.
 */

/* Upper bounds of the buckets, in ms: from the time of an answer of the local service to the
 * default timeout. */
#define METRICS_BUCKETS_MS                                                                         \
	{                                                                                          \
		1, 5, 10, 50, 100, 500, 1000, 5000, 10000, 30000                                   \
	}
#define METRICS_BUCKETS 10

struct histogram {
	uint64_t buckets[METRICS_BUCKETS + 1]; /* the last bucket is for times above every bound */
	uint64_t sum_ms;
};

/* The kinds of submissions: those of enum submission_kind (1 and 2), and these two. */
#define METRICS_KIND_NONE 0 /* the submission ended before its kind was known */
#define METRICS_KIND_DELETE 3
#define METRICS_KIND_COUNT 4

#define METRICS_ANSWER_COUNT 5 /* number of values of enum coc_outcome */

#define METRICS_SCAN_COUNT 3 /* number of values of enum scan_outcome */

struct metrics {
	/* ended submissions, by kind and by enum submission_outcome */
	uint64_t submissions[METRICS_KIND_COUNT][OUTCOME_COUNT];
	/* answers to requests that create, update or delete, by enum coc_outcome */
	uint64_t answers[METRICS_ANSWER_COUNT];
	/* refusals by cocfs itself, before a submission: for example by the rules, by the check of
	 * the DSL, or after a failed write */
	uint64_t refusals;
	uint64_t adoptions; /* creates that took a job of the service instead of making one */
	uint64_t bytes;	    /* bytes of content that the service took */
	uint64_t scans[METRICS_SCAN_COUNT];
	/* commit: from a commit to the answer that its writer gets. request: from a request that
	 * creates, updates or deletes to its answer */
	struct histogram commit, request;
};

/* What metrics_write() shows beside struct metrics: values at the moment of writing, and counts
 * that other modules keep. */
struct metrics_now {
	unsigned in_flight, in_doubt;
	int64_t queued;
	/* the state of the ledger's file: 0 sound, 1 not known to be sound, 2 damaged */
	unsigned soundness;
	/* when the scan began that .coc/jobs shows, since the epoch; 0: there was none */
	int64_t scanned_ms;
	unsigned auth_failures; /* authentication failures in a row */
	bool paused;		/* calls are paused until the credentials are read again */
	uint64_t commits_durable, commits_other; /* the ledger's, with and without a sync */
	const struct stall *stall; /* how long the loop was held, and waited for the disk */
};

/* Counts a time in its bucket, and adds it to the sum. A negative time counts as 0. */
void histogram_add(struct histogram *histogram, int64_t ms);

/* Appends all metrics as text. Returns 0 or -ENOMEM. */
int metrics_write(const struct metrics *metrics, const struct metrics_now *now, struct buf *text);

#endif
