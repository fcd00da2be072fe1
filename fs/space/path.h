/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PATH_H
#define COCFS_SPACE_PATH_H

#include "space/node.h"

/* A path by which the ledger knows what has another name by now: moving.c. */
struct node_move {
	struct node *parent; /* of the name that it has */
	const char *name;
	const char *path; /* that the ledger knows; these three are borrowed */
	LIST_ENTRY(node_move) link;
};

/* The path by which the ledger knows a name below the root ("sub/a.yaml"), allocated: where the
 * name is, or where it was while a rename is under way. Returns 0, -ENOMEM, -ENAMETOOLONG. */
int node_path_of(const struct node *parent, const char *name, char **ret_path);

/* The path that the name has in the spool now. The same otherwise. */
int node_shown_path(const struct node *parent, const char *name, char **ret_path);

/* From here on, and until the end, node_path_of() tells the path of a move for what has its name,
 * and what is below that. */
void node_move_begin(struct nodes *nodes, struct node_move *move);
void node_move_end(struct node_move *move);

/* The path of a directory, "" for the root. As above; -ENOENT: the directory was removed. */
int node_dir_path(const struct nodes *nodes, const struct node *dir, char **ret_path);

/* Is a directory, or one above it, hidden (its name starts with '.')? What is below is scratch. */
bool node_is_hidden(const struct node *dir);

#endif
