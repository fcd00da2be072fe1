/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_NODE_TABLE_H
#define COCFS_SPACE_NODE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct node;

/* Nodes by their number. No call takes longer in a bigger table, also none that makes it grow. */
struct node_table {
	struct node **buckets;
	size_t n_buckets, room; /* room is a power of two */
	size_t n;		/* nodes */
};

/* Returns 0 or -ENOMEM. */
int node_table_init(struct node_table *table);

/* Frees the table, not the nodes. */
void node_table_finish(struct node_table *table);

/* The node with a number, or NULL. */
struct node *node_table_find(const struct node_table *table, uint64_t ino);

/* Adds a node by its number, which does not change until it is taken out. Cannot fail. */
void node_table_add(struct node_table *table, struct node *node);

/* Takes out a node that is there. */
void node_table_remove(struct node_table *table, struct node *node);

/* Takes out some node; NULL: there is none. */
struct node *node_table_steal(struct node_table *table);

#endif
