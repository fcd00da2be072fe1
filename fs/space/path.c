/* SPDX-License-Identifier: MIT */
/* What a node's names mean: its path, and whether everything below it is scratch. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "space/node.h"

int node_path_of(const struct node *parent, const char *name, char **ret_path)
{
	char path[PATH_MAX], *at = path + sizeof(path) - 1;

	*at = '\0';
	for (;;) {
		size_t length = strlen(name);

		if ((size_t)(at - path) < length + 1)
			return -ENAMETOOLONG;
		at -= length;
		memcpy(at, name, length);
		if (!parent || !parent->link.parent)
			break;
		*--at = '/';
		name = parent->link.name;
		parent = parent->link.parent;
	}
	at = strdup(at);
	if (!at)
		return -ENOMEM;
	*ret_path = at;
	return 0;
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
