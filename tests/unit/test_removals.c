/* SPDX-License-Identifier: MIT */
/* Tests of the notes of removed .id siblings. A removed .id stays, but its remover does not see
 * the .id for REMOVALS_KEPT_MS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space/bounds.h"
#include "space/removals.h"

#define NOW 5000000

static struct removals removals;

static int begin(void **state)
{
	(void)state;
	removals = (struct removals){0};
	return 0;
}

static void only_its_remover_is_told(void **state)
{
	(void)state;
	assert_false(removals_has(&removals, 7, NOW));
	removals_note(&removals, 7, remover_of(100, 0), NOW);
	assert_true(removals_has(&removals, 7, NOW));
	assert_false(removals_has(&removals, 8, NOW));
	assert_false(removals_has(&removals, 7 + REMOVALS_SETS, NOW));
	assert_true(removals_is_by(&removals, 7, remover_of(100, 0), NOW));
	assert_false(removals_is_by(&removals, 7, remover_of(101, 0), NOW));
	assert_false(removals_is_by(&removals, 7, remover_of(0, 100), NOW));
}

static void a_process_that_cannot_be_told_is_its_user(void **state)
{
	(void)state;
	removals_note(&removals, 7, remover_of(0, 1000), NOW);
	assert_true(removals_is_by(&removals, 7, remover_of(0, 1000), NOW));
	assert_false(removals_is_by(&removals, 7, remover_of(0, 1001), NOW));
	assert_false(removals_is_by(&removals, 7, remover_of(1000, 1000), NOW));
}

static void it_ends(void **state)
{
	(void)state;
	removals_note(&removals, 7, remover_of(100, 0), NOW);
	assert_true(removals_is_by(&removals, 7, remover_of(100, 0), NOW + REMOVALS_KEPT_MS - 1));
	assert_false(removals_is_by(&removals, 7, remover_of(100, 0), NOW + REMOVALS_KEPT_MS));
	assert_false(removals_has(&removals, 7, NOW + REMOVALS_KEPT_MS));
	removals_note(&removals, 7, remover_of(100, 0), NOW + 2 * REMOVALS_KEPT_MS);
	assert_true(removals_has(&removals, 7, NOW + 2 * REMOVALS_KEPT_MS));
}

/* A set holds several removers of one sibling. If it is full, the next remover takes the place of
 * the oldest. */
static void the_oldest_of_a_set_makes_room(void **state)
{
	(void)state;
	for (int i = 0; i < REMOVALS_IN_SET; i++)
		removals_note(&removals, 7, remover_of(100 + i, 0), NOW + i);
	removals_note(&removals, 7, remover_of(101, 0), NOW + REMOVALS_IN_SET);
	for (int i = 0; i < REMOVALS_IN_SET; i++)
		assert_true(removals_is_by(&removals, 7, remover_of(100 + i, 0), NOW + 10));
	removals_note(&removals, 7, remover_of(200, 0), NOW + 10);
	assert_true(removals_is_by(&removals, 7, remover_of(200, 0), NOW + 10));
	assert_true(removals_is_by(&removals, 7, remover_of(101, 0), NOW + 10));
	assert_false(removals_is_by(&removals, 7, remover_of(100, 0), NOW + 10));
}

static void what_is_noted_last_is_there(void **state)
{
	(void)state;
	for (uint64_t sibling = 0; sibling < 100 * REMOVALS_SETS; sibling++) {
		removals_note(&removals, sibling, remover_of(100, 0), NOW);
		assert_true(removals_is_by(&removals, sibling, remover_of(100, 0), NOW));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_its_remover_is_told, begin),
		cmocka_unit_test_setup(a_process_that_cannot_be_told_is_its_user, begin),
		cmocka_unit_test_setup(it_ends, begin),
		cmocka_unit_test_setup(the_oldest_of_a_set_makes_room, begin),
		cmocka_unit_test_setup(what_is_noted_last_is_there, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
