/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/simulate/timeline.h"

#define START 1000000

/* Reads slices from a text. A slice is a letter for its end and its milliseconds: "s100 w f50". A
 * '+' before it means: the slice belongs to the same step as the slice before. */
static size_t read_slices(const char *text, struct slice *slices)
{
	static const char letters[] = "sfotwx";
	static const enum slice_end ends[] = {SLICE_SUCCEEDS,  SLICE_FAILS, SLICE_FAILS_ONCE,
					      SLICE_TIMES_OUT, SLICE_WAITS, SLICE_CANNOT};
	size_t count = 0, step = 0;

	for (const char *at = text; *at; at += strcspn(at, " "), at += *at == ' ') {
		const char *letter = strchr(letters, *at == '+' ? at[1] : *at);

		if (count && *at != '+')
			step++;
		assert_non_null(letter);
		slices[count++] = (struct slice){
			.step = step,
			.end = ends[letter - letters],
			.ms = strtoll(at + (*at == '+') + 1, NULL, 10),
		};
	}
	return count;
}

/* Reads operations from a text: a letter and the milliseconds since the start, "R300 T400". R
 * resumes, T terminates, A retries, S skips. */
static size_t read_operations(const char *text, struct operation *operations)
{
	size_t count = 0;

	for (const char *at = text; *at; at += strcspn(at, " "), at += *at == ' ')
		operations[count++] = (struct operation){
			.kind = (enum operation_kind) * at,
			.time_ms = START + strtoll(at + 1, NULL, 10),
		};
	return count;
}

/* Writes the state of a timeline at a moment as a text: STATUS@TIME, then STATUS:BEGIN-END of each
 * slice that has begun (no END: it still runs), in milliseconds since START. "!" marks a slice that
 * was skipped. */
static void tell(const char *slices_text, const char *operations_text, int64_t now, char *told,
		 size_t room)
{
	struct slice slices[16];
	struct operation operations[16];
	struct slice_state slice_states[16];
	struct timeline_state state;
	struct timeline timeline = {
		.slices = slices, .operations = operations, .start_ms = START, .cancel_ms = 40};
	size_t size;

	timeline.n_slices = read_slices(slices_text, slices);
	timeline.n_operations = read_operations(operations_text, operations);
	timeline_at(&timeline, now == TIMELINE_FOREVER ? now : START + now, &state, slice_states);
	size = (size_t)snprintf(told, room, "%s@%lld", execution_status_word(state.status),
				(long long)(state.since_ms - START));
	for (size_t i = 0; i < timeline.n_slices && slice_states[i].begun; i++) {
		size += (size_t)snprintf(told + size, room - size, " %s%s:%lld-",
					 execution_status_word(slice_states[i].status),
					 slice_states[i].skipped ? "!" : "",
					 (long long)(slice_states[i].start_ms - START));
		if (slice_states[i].end_ms)
			size += (size_t)snprintf(told + size, room - size, "%lld",
						 (long long)(slice_states[i].end_ms - START));
	}
}

struct sight {
	const char *slices, *operations;
	int64_t now;
	const char *told;
};

static const struct sight sights[] = {
	/* only time passes: there are no operations */
	{"s100", "", 0, "Running@0 Running:0-"},
	{"s100", "", 99, "Running@0 Running:0-"},
	{"s100", "", 100, "Succeed@100 Succeed:0-100"},
	{"s100", "", -5, "Running@0 Running:0-"},
	{"s0", "", 0, "Succeed@0 Succeed:0-0"},
	{"s100 s50", "", 120, "Running@100 Succeed:0-100 Running:100-"},
	{"s100 s50", "", 9999, "Succeed@150 Succeed:0-100 Succeed:100-150"},
	{"s100 f50 s10", "", 9999, "Failed@150 Succeed:0-100 Failed:100-150"},
	{"t60 s10", "", 9999, "Timeout@60 Timeout:0-60"},
	{"x0", "", 0, "Failed@0 Failed:0-0"},
	{"s100", "", TIMELINE_FOREVER, "Succeed@100 Succeed:0-100"},
	/* a pause */
	{"s10 w s10", "", 9999, "Pending@10 Succeed:0-10 Pending:10-"},
	{"s10 w s10", "R500", 499, "Pending@10 Succeed:0-10 Pending:10-"},
	{"s10 w s10", "R500", 500, "Running@500 Succeed:0-10 Succeed:10-500 Running:500-"},
	{"w", "R500", 500, "Succeed@500 Succeed:0-500"},
	{"w", "S500", 500, "Succeed@500 Succeed:0-500"},
	{"w w", "R5 R5", 5, "Succeed@5 Succeed:0-5 Succeed:5-5"},
	{"w s10", "T20", 20, "Canceled@20 Canceled:0-20"},
	/* TERMINATE of a running step: it ends by itself, or after the grace time of 40 ms */
	{"s100 s10", "T20", 20, "Canceling@20 Canceling:0-"},
	{"s100 s10", "T20", 59, "Canceling@20 Canceling:0-"},
	{"s100 s10", "T20", 60, "Canceled@60 Canceled:0-60"},
	{"s100 s10", "T80", 99, "Canceling@80 Canceling:0-"},
	{"s100 s10", "T80", 100, "Canceled@100 Canceled:0-100"},
	{"f100", "T20", 9999, "Canceled@60 Canceled:0-60"},
	/* RETRY */
	{"f50 s10", "A200", 199, "Failed@50 Failed:0-50"},
	{"f50 s10", "A200", 200, "Running@200 Running:200-"},
	{"f50 s10", "A200", 250, "Failed@250 Failed:200-250"},
	{"f50 s10", "A200 A300", 300, "Running@300 Running:300-"},
	{"o50 s10", "", 9999, "Failed@50 Failed:0-50"},
	{"o50 s10", "A200", 249, "Running@200 Running:200-"},
	{"o50 s10", "A200", 255, "Running@250 Succeed:200-250 Running:250-"},
	{"o50 o50", "A200", 9999, "Failed@300 Succeed:200-250 Failed:250-300"},
	{"t50 s10", "A200 T220", 9999, "Canceled@250 Canceled:200-250"},
	/* SKIP_BATCH */
	{"f50 s10", "S200", 205, "Running@200 Failed:0-50 Running:200-"},
	{"f50", "S200", 200, "Succeed@200 Failed:0-50"},
	{"s10 +w +s10 +w +s10", "S50", 9999,
	 "Pending@50 Succeed:0-10 Succeed:10-50 Canceled!:50-50 Pending:50-"},
	{"s10 +w +s10 s10", "S50", 9999,
	 "Succeed@60 Succeed:0-10 Succeed:10-50 Canceled!:50-50 Succeed:50-60"},
	{"s10 +w +s10", "S50", 9999, "Succeed@50 Succeed:0-10 Succeed:10-50 Canceled!:50-50"},
	{"s10 +w +f10 s10", "R50 S70", 9999,
	 "Succeed@80 Succeed:0-10 Succeed:10-50 Failed:50-60 Succeed:70-80"},
	/* at a moment, operations of a later time are not known */
	{"w s10", "R5 T9", 7, "Running@5 Succeed:0-5 Running:5-"},
	{"w s10", "R5 T9", TIMELINE_FOREVER, "Canceled@15 Succeed:0-5 Canceled:5-15"},
};

static void is_where_time_and_operations_have_brought_it(void **state)
{
	char told[512];

	(void)state;
	for (size_t i = 0; i < sizeof(sights) / sizeof(sights[0]); i++) {
		const struct sight *sight = &sights[i];

		tell(sight->slices, sight->operations, sight->now, told, sizeof(told));
		if (strcmp(told, sight->told))
			print_error("%s | %s at %lld\n", sight->slices, sight->operations,
				    (long long)sight->now);
		assert_string_equal(told, sight->told);
	}
}

static void takes_only_operations_that_fit_the_state(void **state)
{
	static const struct {
		const char *slices, *operations;
		int64_t now;
		const char *taken; /* the letters of the operations that are accepted at `now` */
	} rows[] = {
		{"s100", "", 50, "T"},	    {"s100", "", 100, ""},     {"w", "", 50, "RTS"},
		{"s100", "T50", 60, ""},    {"s100", "T50", 95, ""},   {"f100", "", 50, "T"},
		{"f100", "", 100, "AS"},    {"t100", "", 100, "AS"},   {"x0", "", 0, "A"},
		{"f100", "A200", 250, "T"}, {"f100", "S200", 200, ""},
	};
	static const enum operation_kind kinds[] = {OPERATION_RESUME, OPERATION_TERMINATE,
						    OPERATION_RETRY, OPERATION_SKIP};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice slices[16];
		struct operation operations[16];
		struct timeline timeline = {.slices = slices,
					    .operations = operations,
					    .start_ms = START,
					    .cancel_ms = 40};
		struct timeline_state at;

		timeline.n_slices = read_slices(rows[i].slices, slices);
		timeline.n_operations = read_operations(rows[i].operations, operations);
		timeline_at(&timeline, START + rows[i].now, &at, NULL);
		for (size_t j = 0; j < sizeof(kinds) / sizeof(kinds[0]); j++) {
			bool wanted = strchr(rows[i].taken, (int)kinds[j]) != NULL;

			if (timeline_takes(&timeline, &at, kinds[j]) != wanted)
				fail_msg("%s | %s at %lld: %c", rows[i].slices, rows[i].operations,
					 (long long)rows[i].now, (char)kinds[j]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_where_time_and_operations_have_brought_it),
		cmocka_unit_test(takes_only_operations_that_fit_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
