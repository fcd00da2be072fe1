/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_NODE_TABLE_H
#define COCFS_SPACE_NODE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct node;

/* A table of nodes by inode number. A call takes no longer in a bigger table, even if the call
 * makes the table grow. */
struct node_table {
	struct node **buckets;
	/* n_buckets: how many buckets are in use. room: how many have memory, a power of two */
	size_t n_buckets, room;
	size_t n; /* how many nodes the table has */
};

/* Makes an empty table of nodes, found by their number (node->ino). Returns 0 or -ENOMEM. */
int node_table_init(struct node_table *table);

/* Frees the memory of the table. The nodes in it stay: free them before, or keep them elsewhere. */
void node_table_finish(struct node_table *table);

/* Returns the node with this number; NULL: none. */
struct node *node_table_find(const struct node_table *table, uint64_t ino);

/* Adds a node. Do not change node->ino while the node is in the table. Cannot fail. */
void node_table_add(struct node_table *table, struct node *node);

/* Takes a node out of the table. The node must be in the table. The node is not freed. */
void node_table_remove(struct node_table *table, struct node *node);

/* Takes out any one node and returns it; NULL: the table is empty. */
struct node *node_table_steal(struct node_table *table);

#endif
