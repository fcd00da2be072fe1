/* SPDX-License-Identifier: MIT */
#include "space/node_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "space/node.h"

#define MANY 100000

static void nodes_are_found_while_the_table_grows_and_shrinks(void **state)
{
	struct node *nodes = calloc(MANY, sizeof(*nodes));
	struct node_table table;

	(void)state;
	assert_non_null(nodes);
	assert_int_equal(node_table_init(&table), 0);
	for (size_t i = 0; i < MANY; i++) {
		nodes[i].ino = i % 3 ? i : i | 1ull << 63;
		node_table_add(&table, &nodes[i]);
		assert_ptr_equal(node_table_find(&table, nodes[i].ino), &nodes[i]);
		assert_ptr_equal(node_table_find(&table, nodes[i / 2].ino), &nodes[i / 2]);
	}
	assert_int_equal(table.n, MANY);
	assert_true(table.n_buckets >= MANY - 2);
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(node_table_find(&table, nodes[i].ino), &nodes[i]);
	for (size_t i = 0; i < MANY; i += 2)
		node_table_remove(&table, &nodes[i]);
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(node_table_find(&table, nodes[i].ino), i % 2 ? &nodes[i] : NULL);
	assert_int_equal(table.n, MANY / 2);
	node_table_finish(&table);
	free(nodes);
}

/* The nodes spread over the buckets, so no call looks at many nodes. */
static void chains_stay_short(void **state)
{
	struct node *nodes = calloc(MANY, sizeof(*nodes));
	struct node_table table;
	size_t longest = 0;

	(void)state;
	assert_non_null(nodes);
	assert_int_equal(node_table_init(&table), 0);
	for (size_t i = 0; i < MANY; i++) {
		nodes[i].ino = 11000000 + i;
		node_table_add(&table, &nodes[i]);
	}
	for (size_t i = 0; i < table.n_buckets; i++) {
		size_t length = 0;

		for (const struct node *node = table.buckets[i]; node; node = node->next_by_ino)
			length++;
		longest = length > longest ? length : longest;
	}
	assert_true(longest < 20);
	node_table_finish(&table);
	free(nodes);
}

static void every_node_can_be_stolen(void **state)
{
	struct node *nodes = calloc(MANY, sizeof(*nodes));
	struct node_table table;
	size_t stolen = 0;

	(void)state;
	assert_non_null(nodes);
	assert_int_equal(node_table_init(&table), 0);
	for (size_t i = 0; i < MANY; i++) {
		nodes[i].ino = i;
		node_table_add(&table, &nodes[i]);
	}
	while (node_table_steal(&table))
		stolen++;
	assert_int_equal(stolen, MANY);
	assert_int_equal(table.n, 0);
	node_table_finish(&table);
	free(nodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_are_found_while_the_table_grows_and_shrinks),
		cmocka_unit_test(chains_stay_short),
		cmocka_unit_test(every_node_can_be_stolen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
