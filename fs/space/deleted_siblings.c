/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/deleted_siblings.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "space/bounds.h"


struct ghost {
	struct access owner;
	char path[];
};

static int compare(const void *one, const void *other)
{
	return strcmp(((const struct ghost *)one)->path, ((const struct ghost *)other)->path);
}

static struct ghost *make(const char *path, const struct access *owner)
{
	size_t size = strlen(path) + 1;
	struct ghost *ghost = malloc(sizeof(*ghost) + size);

	if (ghost) {
		ghost->owner = *owner;
		memcpy(ghost->path, path, size);
	}
	return ghost;
}

/* Where the tree has a path, NULL: nowhere. */
static void *find(const struct ghosts *ghosts, const char *path)
{
	struct ghost *wanted = make(path, &(struct access){0});
	void *at = wanted ? tfind(wanted, &ghosts->tree, compare) : NULL;

	free(wanted);
	return at;
}

void ghost_add(struct ghosts *ghosts, const char *path, const struct access *owner)
{
	struct ghost *ghost = make(path, owner);
	void *at;

	if (ghosts->n >= GHOSTS_MAX)
		ghosts_finish(ghosts);
	at = ghost ? tsearch(ghost, &ghosts->tree, compare) : NULL;
	if (at && *(struct ghost **)at == ghost)
		ghosts->n++;
	else
		free(ghost);
}

const struct access *ghost_find(const struct ghosts *ghosts, const char *path)
{
	void *at = find(ghosts, path);

	return at ? &(*(struct ghost **)at)->owner : NULL;
}

bool ghost_remove(struct ghosts *ghosts, const char *path)
{
	void *at = find(ghosts, path);
	struct ghost *ghost;

	if (!at)
		return false;
	ghost = *(struct ghost **)at;
	tdelete(ghost, &ghosts->tree, compare);
	free(ghost);
	ghosts->n--;
	return true;
}

void ghosts_finish(struct ghosts *ghosts)
{
	tdestroy(ghosts->tree, free);
	*ghosts = (struct ghosts){0};
}
