/* SPDX-License-Identifier: MIT */
/* Tests of the set of job IDs that a reading of the service's list has seen. */
#include "submit/id_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_empty_set_has_nothing(void **state)
{
	struct id_set set = {0};

	(void)state;
	assert_false(id_set_has(&set, ""));
	assert_false(id_set_has(&set, "D1"));
	id_set_finish(&set);
	id_set_finish(&set);
}

static void it_has_what_was_put_in_and_nothing_else(void **state)
{
	enum { MOST = 5000 };
	struct id_set set = {0};
	char id[32];

	(void)state;
	for (int i = 0; i < MOST; i++) {
		snprintf(id, sizeof(id), "DM2025%d", i);
		assert_int_equal(id_set_add(&set, id), 1);
		assert_int_equal(id_set_add(&set, id), 0);
	}
	assert_int_equal(set.n, MOST);
	/* the memory that a single create may cost (fs/submit/question.c) */
	assert_true(set.room * sizeof(*set.hashes) <= 16384 * 8);
	for (int i = 0; i < 2 * MOST; i++) {
		snprintf(id, sizeof(id), "DM2025%d", i);
		assert_int_equal(id_set_has(&set, id), i < MOST);
	}
	id_set_finish(&set);
	assert_false(id_set_has(&set, "DM20251"));
}

/* Two IDs that differ in one byte, or only in their length, are two IDs: tried with IDs of up to 40
 * bytes. */
static void ids_of_all_lengths_are_told_apart(void **state)
{
	struct id_set set = {0};
	char id[128] = "";

	(void)state;
	for (size_t size = 0; size < 40; size++) {
		memset(id, 'a', size);
		id[size] = '\0';
		assert_int_equal(id_set_add(&set, id), 1);
		for (size_t i = 0; i < size; i++) {
			id[i] = 'b';
			assert_false(id_set_has(&set, id));
			id[i] = 'a';
		}
		assert_true(id_set_has(&set, id));
	}
	id_set_finish(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_set_has_nothing),
		cmocka_unit_test(it_has_what_was_put_in_and_nothing_else),
		cmocka_unit_test(ids_of_all_lengths_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
