/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/ghost.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static int compare(const void *one, const void *other)
{
	return strcmp(one, other);
}

void ghost_add(struct ghosts *ghosts, const char *path)
{
	char *copy = strdup(path);
	void *at;

	if (ghosts->n >= GHOSTS_MAX)
		ghosts_finish(ghosts);
	at = copy ? tsearch(copy, &ghosts->tree, compare) : NULL;
	if (at && *(char **)at == copy)
		ghosts->n++;
	else
		free(copy);
}

bool ghost_is(const struct ghosts *ghosts, const char *path)
{
	return tfind(path, &ghosts->tree, compare);
}

bool ghost_remove(struct ghosts *ghosts, const char *path)
{
	void *at = tfind(path, &ghosts->tree, compare);
	char *copy;

	if (!at)
		return false;
	copy = *(char **)at;
	tdelete(path, &ghosts->tree, compare);
	free(copy);
	ghosts->n--;
	return true;
}

void ghosts_finish(struct ghosts *ghosts)
{
	tdestroy(ghosts->tree, free);
	*ghosts = (struct ghosts){0};
}
