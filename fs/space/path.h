/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PATH_H
#define COCFS_SPACE_PATH_H

#include "space/node.h"

/* A rename under way: a file or directory has its new name in the spool, and the ledger still has
 * its old path (moving.c). The strings and the node are borrowed. */
struct node_move {
	struct node *parent; /* the directory of the new name */
	const char *name;    /* the new name in parent */
	const char *path;    /* the old path, as the ledger has it */
	LIST_ENTRY(node_move) link;
};

/* Finds the path under which the ledger has a name, relative to the root ("sub/a.yaml"). While a
 * rename is under way, this is the old path. Returns 0 and an allocated path, or -ENOMEM,
 * -ENAMETOOLONG. */
int node_path_of(const struct node *parent, const char *name, char **ret_path);

/* Finds the path that a name has in the spool now, relative to the root. Returns 0 and an allocated
 * path, or -ENOMEM, -ENAMETOOLONG. */
int node_shown_path(const struct node *parent, const char *name, char **ret_path);

/* Between begin and end, node_path_of() returns the move's old path for the new name, and for all
 * below it. move stays the caller's and must stay valid. */
void node_move_begin(struct nodes *nodes, struct node_move *move);
void node_move_end(struct node_move *move);

/* Finds the path of a directory as node_path_of() does, "" for the root. Returns 0 and an allocated
 * path, or -ENOENT (the directory was removed), -ENOMEM, -ENAMETOOLONG. */
int node_dir_path(const struct nodes *nodes, const struct node *dir, char **ret_path);

/* Is dir hidden, or a directory above it: does its name start with '.'? Then all files below are
 * scratch files. */
bool node_is_hidden(const struct node *dir);

#endif
