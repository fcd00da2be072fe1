/* SPDX-License-Identifier: MIT */
/* Tests of the settings that a program makes for its process (base/process.c). */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/process.h"

/* Returns the first number that random(3) gives in a new process. */
static long drawn_by_a_process(void)
{
	int ends[2], status;
	long drawn = -1;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		process_seed_random();
		drawn = random();
		_exit(write(ends[1], &drawn, sizeof(drawn)) != sizeof(drawn));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(read(ends[0], &drawn, sizeof(drawn)), sizeof(drawn));
	close(ends[0]);
	close(ends[1]);
	return drawn;
}

static void each_process_draws_numbers_of_its_own(void **state)
{
	enum { PROCESSES = 8 };
	long drawn[PROCESSES];
	int same = 0;

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		drawn[i] = drawn_by_a_process();
		for (int j = 0; j < i; j++)
			same += drawn[i] == drawn[j];
	}
	/* one pair of numbers may be equal by chance */
	assert_true(same <= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_process_draws_numbers_of_its_own),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
