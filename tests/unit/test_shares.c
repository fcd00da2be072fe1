/* SPDX-License-Identifier: MIT */
#include "base/shares.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/descriptors.h"

#define TOTAL 1000

/* Takes one slot after the other until it is refused. Returns how many were taken. */
static size_t take_all(struct shares *shares, uid_t user)
{
	size_t taken = 0;

	while (shares_take(shares, user, 1))
		taken++;
	return taken;
}

static void one_greedy_user_gets_half(void **state)
{
	struct shares shares;

	(void)state;
	shares_init(&shares, TOTAL, false);
	assert_int_equal(take_all(&shares, 1), TOTAL / 2);
	assert_int_equal(take_all(&shares, 1), 0);
	shares_finish(&shares);
}

/* Each further user gets half of what the others have left: at least one slot, as long as two are
 * free. */
static void the_next_user_always_gets_something(void **state)
{
	struct shares shares;

	(void)state;
	shares_init(&shares, TOTAL, false);
	for (uid_t user = 0; user < 9; user++)
		assert_true(take_all(&shares, 64 * user) > 0);
	assert_true(shares.used < TOTAL);
	shares_finish(&shares);
}

static void what_is_given_back_can_be_taken_again(void **state)
{
	struct shares shares;
	size_t taken;

	(void)state;
	shares_init(&shares, TOTAL, false);
	taken = take_all(&shares, 1);
	assert_true(shares_take(&shares, 65,
				10)); /* in one hash bucket with user 1, but counted apart */
	assert_false(shares_take(&shares, 1, 1));
	shares_give(&shares, 1, 20);
	assert_true(shares_take(&shares, 1, 1));
	shares_give(&shares, 65, 10);
	shares_give(&shares, 1, taken - 20 + 1);
	assert_int_equal(shares.used, 0);
	assert_int_equal(take_all(&shares, 2), TOTAL / 2);
	shares_finish(&shares);
}

static void many_at_once_obey_the_same_rule(void **state)
{
	struct shares shares;

	(void)state;
	shares_init(&shares, TOTAL, false);
	assert_false(shares_take(&shares, 1, TOTAL / 2 + 1));
	assert_false(shares_take(&shares, 1, (size_t)-1));
	assert_true(shares_take(&shares, 1, TOTAL / 2));
	assert_false(shares_take(&shares, 2, TOTAL / 4 + 1));
	assert_true(shares_take(&shares, 2, TOTAL / 4));
	shares_finish(&shares);
}

static void where_only_one_user_may_the_user_may_have_all(void **state)
{
	struct shares shares;

	(void)state;
	shares_init(&shares, TOTAL, true);
	assert_int_equal(take_all(&shares, 1), TOTAL);
	shares_finish(&shares);
}

/* With any limit each part gets something, and all parts together stay within the limit. */
static void descriptors_are_divided_without_a_rest(void **state)
{
	(void)state;
	for (unsigned all = DESCRIPTORS_LEAST; all < 20000; all++)
		for (int embedded = 0; embedded < 2; embedded++) {
			struct descriptors parts;

			descriptors_divide(all, embedded, &parts);
			assert_true(parts.own >= DESCRIPTORS_OWN_LEAST);
			assert_true(parts.directories >= DESCRIPTORS_DIRECTORIES_LEAST);
			assert_true(parts.connections > 0);
			assert_true(parts.users > 0);
			assert_int_equal(parts.own + parts.directories + parts.users +
						 parts.connections * (embedded ? 2 : 1),
					 all);
		}
}

static void with_many_descriptors_the_users_have_the_most(void **state)
{
	struct descriptors parts;

	(void)state;
	descriptors_divide(524288, true, &parts);
	assert_int_equal(parts.connections, DESCRIPTORS_CONNECTIONS_MAX);
	assert_int_equal(parts.directories, DESCRIPTORS_DIRECTORIES_MAX);
	assert_true(parts.users > 500000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_greedy_user_gets_half),
		cmocka_unit_test(the_next_user_always_gets_something),
		cmocka_unit_test(what_is_given_back_can_be_taken_again),
		cmocka_unit_test(many_at_once_obey_the_same_rule),
		cmocka_unit_test(where_only_one_user_may_the_user_may_have_all),
		cmocka_unit_test(descriptors_are_divided_without_a_rest),
		cmocka_unit_test(with_many_descriptors_the_users_have_the_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
