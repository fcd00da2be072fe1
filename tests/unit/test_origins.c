/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "job/fixed.h"
#include "job/origins.h"

#define BIT(attr) (1U << (attr))

/* The origin of a value in a set of attributes; put() sets its bits of struct attr_set. NONE: no
 * value was found. OPTION: an option of the mount. DIRECTORY: a directory. SAID: the file, by an
 * attribute or a comment. NAMED: a user has just set the attribute on the file. BOUND: the service,
 * when the job was bound. */
enum from { NONE, OPTION, DIRECTORY, SAID, NAMED, BOUND };

static char low[] = "LOW", high[] = "HIGH";

static void put(struct attr_set *set, enum attr attr, char *value, enum from from)
{
	set->value[attr] = value;
	if (from == NONE || from == OPTION)
		set->defaulted |= BIT(attr);
	if (from == NONE && value)
		set->absent |= BIT(attr);
	if (from == SAID || from == NAMED)
		set->said |= BIT(attr);
	if (from == NAMED)
		set->named |= BIT(attr);
	if (from == BOUND)
		set->unresolved |= BIT(attr);
}

/* Is the value `now` a change? `then` is the value that was sent last, `held` the value that the
 * service has. */
static bool is_change(enum attr attr, char *now, enum from from_now, char *then,
		      enum from from_then, char *held)
{
	struct job_record job = {0};
	struct attr_set ours = {0};
	unsigned changed;

	put(&ours, attr, now, from_now);
	put(&job.sent, attr, then, from_then);
	job.held.value[attr] = held;
	changed = origins_changed(&ours, &job);
	assert_int_equal(changed & ~BIT(attr), 0);
	return changed;
}

static void what_is_found_is_compared_with_what_was_found(void **state)
{
	static const enum from ways[] = {OPTION, DIRECTORY, SAID};

	(void)state;
	for (size_t now = 0; now < 3; now++)
		for (size_t then = 0; then < 3; then++) {
			bool options = ways[now] == OPTION && ways[then] == OPTION;

			assert_false(
				is_change(ATTR_RISK_LEVEL, low, ways[now], low, ways[then], high));
			assert_int_equal(
				is_change(ATTR_RISK_LEVEL, low, ways[now], high, ways[then], high),
				!options);
		}
}

static void another_option_of_a_mount_is_no_change(void **state)
{
	(void)state;
	assert_false(is_change(ATTR_RISK_LEVEL, low, OPTION, high, OPTION, high));
	assert_false(is_change(ATTR_RISK_LEVEL, low, OPTION, NULL, NONE, high));
	assert_false(is_change(ATTR_DESCRIPTION, NULL, NONE, low, OPTION, low));
	assert_true(is_change(ATTR_DESCRIPTION, NULL, NONE, low, SAID, low));
	assert_true(is_change(ATTR_RISK_LEVEL, low, DIRECTORY, NULL, NONE, high));
}

static void nothing_is_no_change_of_a_risk_level(void **state)
{
	(void)state;
	assert_false(is_change(ATTR_RISK_LEVEL, high, NONE, low, SAID, high));
}

static void what_a_user_sets_is_compared_with_what_the_service_has(void **state)
{
	(void)state;
	assert_true(is_change(ATTR_RISK_LEVEL, low, NAMED, low, SAID, high));
	assert_true(is_change(ATTR_RISK_LEVEL, low, NAMED, low, OPTION, NULL));
	assert_false(is_change(ATTR_RISK_LEVEL, low, NAMED, low, SAID, low));
	/* the service has this value, but the value that was sent last is another */
	assert_true(is_change(ATTR_RISK_LEVEL, low, NAMED, high, SAID, low));
}

static void of_a_job_that_was_bound_only_the_file_counts(void **state)
{
	(void)state;
	assert_false(is_change(ATTR_RISK_LEVEL, low, OPTION, high, BOUND, high));
	assert_false(is_change(ATTR_RISK_LEVEL, low, DIRECTORY, high, BOUND, high));
	assert_true(is_change(ATTR_RISK_LEVEL, low, SAID, high, BOUND, high));
	assert_true(is_change(ATTR_RISK_LEVEL, low, NAMED, high, BOUND, high));
	assert_false(is_change(ATTR_RISK_LEVEL, high, SAID, high, BOUND, high));
	assert_false(is_change(ATTR_NAME, low, DIRECTORY, high, BOUND, high));
	assert_false(is_change(ATTR_DESCRIPTION, NULL, NONE, high, BOUND, high));
}

static void what_cannot_change_is_never_changed(void **state)
{
	(void)state;
	assert_false(is_change(ATTR_TAGS, low, SAID, high, SAID, high));
	assert_false(is_change(ATTR_ENTERPRISE_PROJECT_ID, low, NAMED, high, SAID, high));
	for (int i = 0; i < ATTR_COUNT; i++)
		assert_int_equal(attr_is_fixed((enum attr)i), (ATTR_FIXED_BITS & BIT(i)) != 0);
}

static void what_was_set_stays_set_while_the_file_says_it(void **state)
{
	const struct attr_set older = {.named = 0x0b};
	struct attr_set newer = {.said = 0x03, .named = 0x04};

	(void)state;
	origins_keep_named(&newer, &older);
	assert_int_equal(newer.named, 0x07);
}

static void origins_come_back_from_the_ledger(void **state)
{
	const struct attr_set set = {.explicit = 0x01,
				     .said = 0x03,
				     .defaulted = 0x08,
				     .absent = 0x10,
				     .named = 0x02,
				     .unresolved = ~0U};
	struct attr_set back = {0};

	(void)state;
	origins_unpack(origins_pack(&set), &back);
	assert_true(origins_same(&set, &back));
	assert_int_equal(back.explicit, 0x01);
	assert_int_equal(back.said, 0x03);
	assert_int_equal(back.defaulted, 0x08);
	assert_int_equal(back.absent, 0x10);
	assert_int_equal(back.named, 0x02);
	assert_int_equal(back.unresolved & 0x1f, 0x1f);
	back.named = 0;
	assert_false(origins_same(&set, &back));
	origins_unpack(0x15, &back); /* written by a cocfs that knew explicit bits only */
	assert_int_equal(back.explicit, 0x15);
	assert_int_equal(back.said | back.defaulted | back.absent | back.named | back.unresolved,
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_is_compared_with_what_was_found),
		cmocka_unit_test(another_option_of_a_mount_is_no_change),
		cmocka_unit_test(nothing_is_no_change_of_a_risk_level),
		cmocka_unit_test(what_a_user_sets_is_compared_with_what_the_service_has),
		cmocka_unit_test(of_a_job_that_was_bound_only_the_file_counts),
		cmocka_unit_test(what_cannot_change_is_never_changed),
		cmocka_unit_test(what_was_set_stays_set_while_the_file_says_it),
		cmocka_unit_test(origins_come_back_from_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
