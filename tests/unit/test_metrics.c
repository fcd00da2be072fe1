/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "ledger/ledger.h"
#include "submit/metrics.h"

/* Fails the test unless the metrics contain this line. */
static void check_line(const struct metrics *metrics, const struct metrics_now *now,
		       const char *line)
{
	struct buf text = {0};
	char whole[256];

	assert_int_equal(metrics_write(metrics, now, &text), 0);
	snprintf(whole, sizeof(whole), "\n%s\n", line);
	if (!strstr(text.data, whole))
		fail_msg("no line %s in:\n%s", line, text.data);
	buf_finish(&text);
}

static void a_bound_belongs_to_its_bucket(void **state)
{
	struct metrics metrics = {0};
	static const struct stall stall;
	const struct metrics_now now = {.stall = &stall};

	(void)state;
	histogram_add(&metrics.request, 1);
	histogram_add(&metrics.request, 2);
	histogram_add(&metrics.request, 30000);
	histogram_add(&metrics.request, 30001);
	check_line(&metrics, &now, "cocfs_request_seconds_bucket{le=\"0.001\"} 1");
	check_line(&metrics, &now, "cocfs_request_seconds_bucket{le=\"0.005\"} 2");
	check_line(&metrics, &now, "cocfs_request_seconds_bucket{le=\"10\"} 2");
	check_line(&metrics, &now, "cocfs_request_seconds_bucket{le=\"30\"} 3");
	check_line(&metrics, &now, "cocfs_request_seconds_bucket{le=\"+Inf\"} 4");
	check_line(&metrics, &now, "cocfs_request_seconds_count 4");
	check_line(&metrics, &now, "cocfs_request_seconds_sum 60.004");
	check_line(&metrics, &now, "cocfs_commit_seconds_count 0");
}

static void a_clock_that_went_back_counts_as_nothing(void **state)
{
	struct metrics metrics = {0};
	static const struct stall stall;
	const struct metrics_now now = {.stall = &stall};

	(void)state;
	histogram_add(&metrics.commit, -5);
	check_line(&metrics, &now, "cocfs_commit_seconds_bucket{le=\"0.001\"} 1");
	check_line(&metrics, &now, "cocfs_commit_seconds_sum 0.000");
}

static void every_count_has_its_line(void **state)
{
	struct metrics metrics = {.refusals = 3, .bytes = 4};
	static const struct stall stall;
	const struct metrics_now now = {.in_flight = 5,
					.in_doubt = 6,
					.queued = 7,
					.auth_failures = 2,
					.paused = true,
					.soundness = 2,
					.commits_durable = 8,
					.commits_other = 9,
					.stall = &stall};

	(void)state;
	metrics.submissions[SUBMIT_UPDATE][OUTCOME_LATER] = 11;
	metrics.submissions[METRICS_KIND_DELETE][OUTCOME_SETTLED] = 12;
	metrics.submissions[METRICS_KIND_NONE][OUTCOME_REFUSED] = 13;
	check_line(&metrics, &now, "cocfs_submissions_total{kind=\"update\",outcome=\"retry\"} 11");
	check_line(&metrics, &now,
		   "cocfs_submissions_total{kind=\"delete\",outcome=\"submitted\"} 12");
	check_line(&metrics, &now,
		   "cocfs_submissions_total{kind=\"none\",outcome=\"not_sent\"} 13");
	check_line(&metrics, &now, "cocfs_refused_total 3");
	metrics.adoptions = 14;
	check_line(&metrics, &now, "cocfs_adopted_total 14");
	check_line(&metrics, &now, "cocfs_submitted_bytes_total 4");
	check_line(&metrics, &now, "cocfs_requests_in_flight 5");
	check_line(&metrics, &now, "cocfs_in_doubt 6");
	check_line(&metrics, &now, "cocfs_queued 7");
	check_line(&metrics, &now, "cocfs_auth_failures 2");
	check_line(&metrics, &now, "cocfs_calls_paused 1");
	check_line(&metrics, &now, "cocfs_ledger_check 2");
	check_line(&metrics, &now, "cocfs_ledger_commits_total{durable=\"yes\"} 8");
	check_line(&metrics, &now, "cocfs_ledger_commits_total{durable=\"no\"} 9");
}

static void times_of_the_loop_are_in_microseconds(void **state)
{
	struct stall stall = {0};
	const struct metrics metrics = {0};
	const struct metrics_now now = {.stall = &stall};

	(void)state;
	stall_times_add(&stall.held, 3);
	stall_times_add(&stall.held, 10000);
	stall_times_add(&stall.held, 10001);
	stall_times_add(&stall.held, 2000000);
	stall_times_add(&stall.work, 10000);
	stall_times_add(&stall.disk, -1);
	check_line(&metrics, &now, "cocfs_loop_stall_seconds_bucket{le=\"0.001\"} 1");
	check_line(&metrics, &now, "cocfs_loop_stall_seconds_bucket{le=\"0.01\"} 2");
	check_line(&metrics, &now, "cocfs_loop_stall_seconds_bucket{le=\"0.02\"} 3");
	check_line(&metrics, &now, "cocfs_loop_stall_seconds_bucket{le=\"1\"} 3");
	check_line(&metrics, &now, "cocfs_loop_stall_seconds_bucket{le=\"+Inf\"} 4");
	check_line(&metrics, &now, "cocfs_loop_stall_seconds_sum 2.020004");
	check_line(&metrics, &now, "cocfs_loop_work_seconds_bucket{le=\"0.005\"} 0");
	check_line(&metrics, &now, "cocfs_loop_work_seconds_bucket{le=\"0.01\"} 1");
	check_line(&metrics, &now, "cocfs_loop_work_seconds_count 1");
	check_line(&metrics, &now, "cocfs_ledger_wait_seconds_count 1");
	check_line(&metrics, &now, "cocfs_ledger_wait_seconds_sum 0.000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bound_belongs_to_its_bucket),
		cmocka_unit_test(a_clock_that_went_back_counts_as_nothing),
		cmocka_unit_test(every_count_has_its_line),
		cmocka_unit_test(times_of_the_loop_are_in_microseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
