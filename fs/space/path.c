/* SPDX-License-Identifier: MIT */
/* What a node's names mean: its path, and whether everything below it is scratch. */
#define _GNU_SOURCE
#include "space/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Returns the rename under way that has put this name into parent; NULL: none. */
static const struct node_move *find_node_move(const struct nodes *nodes, const struct node *parent,
					      const char *name)
{
	const struct node_move *move;

	LIST_FOREACH (move, &nodes->moves, link) {
		if (move->parent == parent && !strcmp(move->name, name))
			return move;
	}
	return NULL;
}

/* Writes a name right before the text at *at, and moves *at to its first byte. The buffer begins at
 * begin. Returns 0, or -ENAMETOOLONG if the name does not fit. */
static int put_before(char **at, const char *begin, const char *name)
{
	size_t length = strlen(name);

	if ((size_t)(*at - begin) < length + 1)
		return -ENAMETOOLONG;
	*at -= length;
	memcpy(*at, name, length);
	return 0;
}

/* Writes the path of a name, from its last part to its first. If nodes is not NULL, and a part has
 * its name from a rename in nodes->moves, the old path of that rename is taken from there up.
 * Returns 0, an allocated path, and the topmost directory that was reached; or -errno. */
static int write_path(const struct nodes *nodes, const struct node *parent, const char *name,
		      char **ret_path, const struct node **ret_top)
{
	char path[PATH_MAX], *at = path + sizeof(path) - 1;
	const struct node_move *move = NULL;
	int r = 0;

	*at = '\0';
	while (r == 0) {
		move = nodes ? find_node_move(nodes, parent, name) : NULL;
		r = put_before(&at, path, move ? move->path : name);
		if (r < 0 || move || !parent || !parent->link.parent)
			break;
		*--at = '/';
		name = parent->link.name;
		parent = parent->link.parent;
	}
	if (r < 0)
		return r;
	at = strdup(at);
	if (!at)
		return -ENOMEM;
	*ret_path = at;
	*ret_top = parent;
	return 0;
}

int node_shown_path(const struct node *parent, const char *name, char **ret_path)
{
	const struct node *top;

	return write_path(NULL, parent, name, ret_path, &top);
}

int node_path_of(const struct node *parent, const char *name, char **ret_path)
{
	const struct nodes *nodes;
	const struct node *top;
	char *path;
	int r = write_path(NULL, parent, name, &path, &top);

	if (r < 0)
		return r;
	nodes = top && top->is_root ? (const struct nodes *)top : NULL;
	if (nodes && !LIST_EMPTY(&nodes->moves)) {
		free(path);
		r = write_path(nodes, parent, name, &path, &top);
	}
	if (r == 0)
		*ret_path = path;
	return r;
}

void node_move_begin(struct nodes *nodes, struct node_move *move)
{
	LIST_INSERT_HEAD(&nodes->moves, move, link);
}

void node_move_end(struct node_move *move)
{
	LIST_REMOVE(move, link);
}

int node_dir_path(const struct nodes *nodes, const struct node *dir, char **ret_path)
{
	if (dir->link.parent)
		return node_path_of(dir->link.parent, dir->link.name, ret_path);
	if (dir != &nodes->root)
		return -ENOENT;
	*ret_path = strdup("");
	return *ret_path ? 0 : -ENOMEM;
}

bool node_is_hidden(const struct node *dir)
{
	for (; dir && dir->link.parent; dir = dir->link.parent)
		if (dir->link.name[0] == '.')
			return true;
	return false;
}
