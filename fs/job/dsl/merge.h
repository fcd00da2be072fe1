/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_MERGE_H
#define COCFS_JOB_DSL_MERGE_H

#include "job/dsl/tree.h"

/* Is the key of a mapping a merge key: "<<", a key with the tag of merge keys, or an alias of
 * either? */
bool dsl_is_merge_key(const struct dsl_tree *tree, size_t key);

/*
 * Returns the node of the value that a key has in a mapping. If the value is an alias, returns the
 * node of the alias. If the key stands in the mapping several times, the last one counts, as in
 * most programs. If the mapping itself does not have the key, a merge key may bring the value in.
 * Returns DSL_NOWHERE if there is no value, and for a node that is no mapping.
 */
size_t dsl_get(const struct dsl_tree *tree, size_t mapping, const char *key);

#endif
