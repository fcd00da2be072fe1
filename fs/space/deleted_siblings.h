/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_DELETED_SIBLINGS_H
#define COCFS_SPACE_DELETED_SIBLINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "job/owner.h"

/*
 * Siblings whose job was deleted together with its file (delete=service). The ledger has no row for
 * such a sibling any more. But rm -r has listed the sibling already, and will remove it next. So
 * each deleted sibling stays, as an empty file, until a program removes it or makes its job file
 * again. Deleted siblings are in memory only, at most DELETED_SIBLINGS_MAX: one more makes cocfs
 * forget all earlier ones.
 */
struct deleted_siblings {
	void *tree; /* a tree of tsearch(3), sorted by path */
	size_t n;
};

/* Remembers the path (copied) and the owner of a deleted sibling. If the path is remembered
 * already, the earlier owner stays. If memory is short, the path is not remembered. */
void deleted_sibling_add(struct deleted_siblings *deleted_siblings, const char *path,
			 const struct access *owner);

/* Returns the owner of a deleted sibling; NULL: no deleted sibling has this path, or memory is
 * short. */
const struct access *deleted_sibling_find(const struct deleted_siblings *deleted_siblings,
					  const char *path);

/* Forgets the deleted sibling with this path: it cannot be named any more. Returns false if there
 * is none. */
bool deleted_sibling_remove(struct deleted_siblings *deleted_siblings, const char *path);

/* Forgets all deleted siblings and frees their memory. */
void deleted_siblings_finish(struct deleted_siblings *deleted_siblings);

#endif
