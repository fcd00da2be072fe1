/* SPDX-License-Identifier: MIT */
/* The table of legal moves equals the drawing in docs/submission.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "job/state.h"

static int state_of_word(const char *word)
{
	for (int i = 0; i < JOB_STATE_COUNT; i++)
		if (!strcmp(word, job_state_word((enum job_state)i)))
			return i;
	return -1;
}

/* Reads a line "state -> state state" into a row of the matrix. Returns the state, or -1 for
 * another line. */
static int read_moves(char *line, bool drawn[JOB_STATE_COUNT])
{
	char *rest = strstr(line, "->"), *save = NULL;
	char *word = rest ? strtok_r(line, " \n", &save) : NULL;
	int from = word ? state_of_word(word) : -1;

	if (from < 0)
		return -1;
	for (word = strtok_r(rest + 2, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		int to = state_of_word(word);

		assert_true(to >= 0);
		drawn[to] = true;
	}
	return from;
}

static void the_drawing_is_the_table(void **unused)
{
	FILE *file = fopen(DOCS_DIR "/submission.md", "r");
	bool seen[JOB_STATE_COUNT] = {false};
	char line[256];

	(void)unused;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		bool drawn[JOB_STATE_COUNT] = {false};
		int from = read_moves(line, drawn);

		if (from < 0)
			continue;
		seen[from] = true;
		for (int to = 0; to < JOB_STATE_COUNT; to++)
			if (to != from)
				assert_int_equal(drawn[to], job_state_may_move((enum job_state)from,
									       (enum job_state)to));
	}
	fclose(file);
	for (int i = 0; i < JOB_STATE_COUNT; i++)
		assert_true(seen[i]);
}

static void staying_is_no_move(void **unused)
{
	(void)unused;
	for (int i = 0; i < JOB_STATE_COUNT; i++)
		assert_true(job_state_may_move((enum job_state)i, (enum job_state)i));
}

static void nothing_is_sent_for_what_is_in_doubt(void **unused)
{
	(void)unused;
	assert_false(job_state_may_move(JOB_IN_DOUBT, JOB_SUBMITTING));
	assert_false(job_state_may_move(JOB_IN_DOUBT, JOB_DRAFT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_drawing_is_the_table),
		cmocka_unit_test(staying_is_no_move),
		cmocka_unit_test(nothing_is_sent_for_what_is_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
