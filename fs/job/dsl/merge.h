/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_MERGE_H
#define COCFS_JOB_DSL_MERGE_H

#include "job/dsl/tree.h"

/* Is the key of a mapping a merge key: "<<", or what is tagged so, or an alias of one? */
bool dsl_is_merge_key(const struct dsl_tree *tree, size_t key);

/*
 * The value of a key in a mapping; an alias is not resolved. Of several it is the last one, as most
 * readers of YAML take it. If the mapping has none of its own, it is the one that a merge key
 * brings in. DSL_NOWHERE if there is none, or mapping is not a mapping.
 */
size_t dsl_get(const struct dsl_tree *tree, size_t mapping, const char *key);

#endif
