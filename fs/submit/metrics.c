/* SPDX-License-Identifier: MIT */
#include "submit/metrics.h"

#include <inttypes.h>

#include "coc/coc.h"
#include "ledger/ledger.h"
#include "submit/scan_outcome.h"

static const int64_t bounds_ms[METRICS_BUCKETS] = METRICS_BUCKETS_MS;
static const int64_t stall_bounds_us[STALL_BUCKETS] = STALL_BUCKETS_US;

static const char *const kinds[METRICS_KIND_COUNT] = {
	[METRICS_KIND_NONE] = "none",
	[SUBMIT_CREATE] = "create",
	[SUBMIT_UPDATE] = "update",
	[METRICS_KIND_DELETE] = "delete",
};

/* The words of the outcomes in the text. OUTCOME_NONE has no word: no submission ends so. */
static const char *const outcomes[OUTCOME_COUNT] = {
	[OUTCOME_HELD] = "unchanged", [OUTCOME_SETTLED] = "submitted",
	[OUTCOME_FAILED] = "failed",  [OUTCOME_REFUSED] = "not_sent",
	[OUTCOME_DOUBT] = "in_doubt", [OUTCOME_LATER] = "retry",
};

static const char *const answers[METRICS_ANSWER_COUNT] = {
	[COC_DONE] = "done",	     [COC_REFUSED] = "refused", [COC_NOT_PROCESSED] = "throttled",
	[COC_NOT_SENT] = "not_sent", [COC_UNKNOWN] = "unknown",
};

static const char *const scans[METRICS_SCAN_COUNT] = {
	[SCAN_WHOLE] = "whole", [SCAN_READ] = "moved", [SCAN_FAILED] = "failed"};

void histogram_add(struct histogram *histogram, int64_t ms)
{
	int bucket = 0;

	if (ms < 0)
		ms = 0;
	while (bucket < METRICS_BUCKETS && ms > bounds_ms[bucket])
		bucket++;
	histogram->buckets[bucket]++;
	histogram->sum_ms += (uint64_t)ms;
}

static void write_head(struct buf *text, const char *name, const char *type, const char *help)
{
	buf_printf(text, "# HELP cocfs_%s %s\n# TYPE cocfs_%s %s\n", name, help, name, type);
}

static void write_value(struct buf *text, const char *name, const char *type, const char *help,
			uint64_t value)
{
	write_head(text, name, type, help);
	buf_printf(text, "cocfs_%s %" PRIu64 "\n", name, value);
}

/* What write_columns() writes: n upper bounds, the counts of n + 1 buckets, and the sum of all
 * times. digits is the unit of bounds and sum: 3 for milliseconds, 6 for microseconds. */
struct columns {
	const int64_t *bounds;
	const uint64_t *buckets;
	int n, digits;
	uint64_t sum;
};

static void write_columns(struct buf *text, const char *name, const char *help,
			  const struct columns *columns)
{
	const uint64_t second = columns->digits == 3 ? 1000 : 1000000;
	uint64_t count = 0;

	write_head(text, name, "histogram", help);
	for (int i = 0; i < columns->n; i++) {
		count += columns->buckets[i];
		buf_printf(text, "cocfs_%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
			   (double)columns->bounds[i] / (double)second, count);
	}
	count += columns->buckets[columns->n];
	buf_printf(text,
		   "cocfs_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n"
		   "cocfs_%s_sum %" PRIu64 ".%0*u\ncocfs_%s_count %" PRIu64 "\n",
		   name, count, name, columns->sum / second, columns->digits,
		   (unsigned)(columns->sum % second), name, count);
}

static void write_histogram(struct buf *text, const char *name, const char *help,
			    const struct histogram *histogram)
{
	write_columns(text, name, help,
		      &(struct columns){bounds_ms, histogram->buckets, METRICS_BUCKETS, 3,
					histogram->sum_ms});
}

static void write_times(struct buf *text, const char *name, const char *help,
			const struct stall_times *times)
{
	write_columns(text, name, help,
		      &(struct columns){stall_bounds_us, times->buckets, STALL_BUCKETS, 6,
					times->sum_us});
}

static void write_stall(struct buf *text, const struct stall *stall)
{
	write_times(text, "loop_stall_seconds",
		    "How long one request, answer or timer kept all others waiting.", &stall->held);
	write_times(text, "loop_work_seconds",
		    "How much processor time one request, answer or timer took.", &stall->work);
	write_times(text, "ledger_wait_seconds", "How long the loop waited for the ledger's disk.",
		    &stall->disk);
}

/* Can a submission of this kind end in this way? A submission without a kind can only be
 * refused. */
static bool is_possible(int kind, int outcome)
{
	return kind != METRICS_KIND_NONE || outcome == OUTCOME_REFUSED;
}

static void write_submissions(struct buf *text, const struct metrics *metrics)
{
	write_head(text, "submissions_total", "counter",
		   "How submissions ended; retry and in_doubt are followed by another end.");
	for (int kind = 0; kind < METRICS_KIND_COUNT; kind++)
		for (int i = OUTCOME_NONE + 1; i < OUTCOME_COUNT; i++)
			if (is_possible(kind, i))
				buf_printf(text,
					   "cocfs_submissions_total{kind=\"%s\",outcome=\"%s\"}"
					   " %" PRIu64 "\n",
					   kinds[kind], outcomes[i], metrics->submissions[kind][i]);
}

static void write_answers(struct buf *text, const struct metrics *metrics)
{
	write_head(text, "requests_total", "counter",
		   "Requests that create, update or delete, by what became of them.");
	for (int i = 0; i < METRICS_ANSWER_COUNT; i++)
		buf_printf(text, "cocfs_requests_total{outcome=\"%s\"} %" PRIu64 "\n", answers[i],
			   metrics->answers[i]);
}

static void write_ledger(struct buf *text, const struct metrics_now *now)
{
	write_head(text, "ledger_commits_total", "counter",
		   "Commits of the ledger; a durable one waits for the disk.");
	buf_printf(text,
		   "cocfs_ledger_commits_total{durable=\"yes\"} %" PRIu64 "\n"
		   "cocfs_ledger_commits_total{durable=\"no\"} %" PRIu64 "\n",
		   now->commits_durable, now->commits_other);
}

static void write_scans(struct buf *text, const struct metrics *metrics)
{
	write_head(text, "scans_total", "counter",
		   "Readings of the service's list of jobs, by how they ended.");
	for (int i = 0; i < METRICS_SCAN_COUNT; i++)
		buf_printf(text, "cocfs_scans_total{outcome=\"%s\"} %" PRIu64 "\n", scans[i],
			   metrics->scans[i]);
}

int metrics_write(const struct metrics *metrics, const struct metrics_now *now, struct buf *text)
{
	write_submissions(text, metrics);
	write_answers(text, metrics);
	write_value(text, "refused_total", "counter",
		    "Commits refused here, before anything was sent or queued.", metrics->refusals);
	write_value(text, "adopted_total", "counter",
		    "Creates that took a job which the service had already.", metrics->adoptions);
	write_value(text, "submitted_bytes_total", "counter", "Content that the service took.",
		    metrics->bytes);
	write_ledger(text, now);
	write_value(text, "requests_in_flight", "gauge",
		    "Requests that create, update or delete and have no answer yet.",
		    now->in_flight);
	write_value(text, "queued", "gauge", "Submissions that wait to be sent.",
		    (uint64_t)now->queued);
	write_value(text, "in_doubt", "gauge",
		    "Submissions whose answer was lost: the service is being asked.",
		    now->in_doubt);
	write_value(text, "ledger_check", "gauge",
		    "0: sound; 1: being checked, 2: damaged, and nothing is sent.", now->soundness);
	write_scans(text, metrics);
	write_value(text, "scanned_timestamp_seconds", "gauge",
		    "When the reading began that .coc/jobs shows; 0: there was none.",
		    (uint64_t)(now->scanned_ms / 1000));
	write_value(text, "auth_failures", "gauge",
		    "Authentication failures in a row; calls pause at 3.", now->auth_failures);
	write_value(text, "calls_paused", "gauge",
		    "1 while calls are paused until the credentials are read again.", now->paused);
	write_histogram(text, "commit_seconds", "From a commit to the answer that its writer gets.",
			&metrics->commit);
	write_histogram(text, "request_seconds",
			"From a request that creates, updates or deletes to its end.",
			&metrics->request);
	write_stall(text, now->stall);
	return text->error;
}
