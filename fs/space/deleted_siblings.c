/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/deleted_siblings.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "space/bounds.h"

struct deleted_sibling {
	struct access owner;
	char path[];
};

static int compare_paths(const void *one, const void *other)
{
	return strcmp(((const struct deleted_sibling *)one)->path,
		      ((const struct deleted_sibling *)other)->path);
}

static struct deleted_sibling *make_deleted_sibling(const char *path, const struct access *owner)
{
	size_t size = strlen(path) + 1;
	struct deleted_sibling *deleted = malloc(sizeof(*deleted) + size);

	if (deleted) {
		deleted->owner = *owner;
		memcpy(deleted->path, path, size);
	}
	return deleted;
}

/* Looks for the deleted sibling with this path. Returns what tfind(3) returns, a pointer to the
 * pointer in the tree. NULL: no deleted sibling has the path, or memory is short. */
static void *find_path(const struct deleted_siblings *deleted_siblings, const char *path)
{
	struct deleted_sibling *wanted = make_deleted_sibling(path, &(struct access){0});
	void *at = wanted ? tfind(wanted, &deleted_siblings->tree, compare_paths) : NULL;

	free(wanted);
	return at;
}

void deleted_sibling_add(struct deleted_siblings *deleted_siblings, const char *path,
			 const struct access *owner)
{
	struct deleted_sibling *deleted = make_deleted_sibling(path, owner);
	void *at;

	if (deleted_siblings->n >= DELETED_SIBLINGS_MAX)
		deleted_siblings_finish(deleted_siblings);
	at = deleted ? tsearch(deleted, &deleted_siblings->tree, compare_paths) : NULL;
	if (at && *(struct deleted_sibling **)at == deleted)
		deleted_siblings->n++;
	else
		free(deleted);
}

const struct access *deleted_sibling_find(const struct deleted_siblings *deleted_siblings,
					  const char *path)
{
	void *at = find_path(deleted_siblings, path);

	return at ? &(*(struct deleted_sibling **)at)->owner : NULL;
}

bool deleted_sibling_remove(struct deleted_siblings *deleted_siblings, const char *path)
{
	void *at = find_path(deleted_siblings, path);
	struct deleted_sibling *deleted;

	if (!at)
		return false;
	deleted = *(struct deleted_sibling **)at;
	tdelete(deleted, &deleted_siblings->tree, compare_paths);
	free(deleted);
	deleted_siblings->n--;
	return true;
}

void deleted_siblings_finish(struct deleted_siblings *deleted_siblings)
{
	tdestroy(deleted_siblings->tree, free);
	*deleted_siblings = (struct deleted_siblings){0};
}
