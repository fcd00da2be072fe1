/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DELETED_SIBLINGS_H
#define COCFS_SPACE_DELETED_SIBLINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "job/owner.h"

/*
 * Siblings whose job was deleted together with its file (delete=service): the ledger knows nothing
 * of them any more, but rm -r has listed them already and is about to remove them. So each can
 * still be named, empty, until it is removed or its job file is there again. They are kept in
 * memory only, as many as a tree has that is removed at once.
 */
struct deleted_siblings {
	void *tree; /* tsearch(3), by path */
	size_t n;
};

/* Remembers a sibling's path (copied), and whose it was. Without memory it is not remembered. */
void deleted_sibling_add(struct deleted_siblings *deleted_siblings, const char *path,
			 const struct access *owner);

/* Whose was it? NULL: it is none. */
const struct access *deleted_sibling_find(const struct deleted_siblings *deleted_siblings,
					  const char *path);

/* Forgets it. False: it was none. */
bool deleted_sibling_remove(struct deleted_siblings *deleted_siblings, const char *path);

/* Forgets all. */
void deleted_siblings_finish(struct deleted_siblings *deleted_siblings);

#endif
