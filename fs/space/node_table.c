/* SPDX-License-Identifier: MIT */
/*
 * The table grows by one bucket for each node (linear hashing), so that no request has to move all
 * nodes. The table uses n_buckets buckets. The least power of two that holds them is room: it says
 * how many bits of the hash count. If a bucket is not in use yet, its nodes are in the bucket that
 * the hash selects with one bit less.
 */
#define _GNU_SOURCE
#include "space/node_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "space/node.h"

#define BUCKETS_FIRST 1024

static size_t bucket_of(const struct node_table *table, uint64_t ino)
{
	size_t hash = (size_t)((ino * 0x9e3779b97f4a7c15ull) >> 32);
	size_t bucket = hash & (table->room - 1);

	return bucket < table->n_buckets ? bucket : hash & (table->room / 2 - 1);
}

int node_table_init(struct node_table *table)
{
	*table = (struct node_table){.buckets = calloc(BUCKETS_FIRST, sizeof(*table->buckets))};
	if (!table->buckets)
		return -ENOMEM;
	table->n_buckets = table->room = BUCKETS_FIRST;
	return 0;
}

void node_table_finish(struct node_table *table)
{
	free(table->buckets);
	*table = (struct node_table){0};
}

struct node *node_table_find(const struct node_table *table, uint64_t ino)
{
	struct node *node = table->buckets[bucket_of(table, ino)];

	while (node && node->ino != ino)
		node = node->next_by_ino;
	return node;
}

static void put_node(struct node_table *table, struct node *node)
{
	struct node **bucket = &table->buckets[bucket_of(table, node->ino)];

	node->next_by_ino = *bucket;
	*bucket = node;
}

/* Doubles the memory for buckets. Returns false without memory. add_bucket() puts them to use one
 * by one. */
static bool make_room(struct node_table *table)
{
	struct node **wider = reallocarray(table->buckets, table->room * 2, sizeof(*wider));

	if (!wider)
		return false;
	table->buckets = wider;
	table->room *= 2;
	return true;
}

/* Puts one more bucket to use, and moves the nodes that belong there out of the bucket that had
 * them. Without memory no bucket is added, and the chains of nodes grow longer. */
static void add_bucket(struct node_table *table)
{
	struct node *node, *next;
	size_t split;

	if (table->n_buckets == table->room && !make_room(table))
		return;
	split = table->n_buckets - table->room / 2;
	node = table->buckets[split];
	table->buckets[split] = NULL;
	table->buckets[table->n_buckets++] = NULL;
	for (; node; node = next) {
		next = node->next_by_ino;
		put_node(table, node);
	}
}

void node_table_add(struct node_table *table, struct node *node)
{
	if (table->n++ > table->n_buckets)
		add_bucket(table);
	put_node(table, node);
}

void node_table_remove(struct node_table *table, struct node *node)
{
	struct node **at = &table->buckets[bucket_of(table, node->ino)];

	while (*at != node)
		at = &(*at)->next_by_ino;
	*at = node->next_by_ino;
	table->n--;
}

struct node *node_table_steal(struct node_table *table)
{
	for (; table->n_buckets; table->n_buckets--) {
		struct node **last = &table->buckets[table->n_buckets - 1], *node = *last;

		if (!node)
			continue;
		*last = node->next_by_ino;
		table->n--;
		return node;
	}
	return NULL;
}
