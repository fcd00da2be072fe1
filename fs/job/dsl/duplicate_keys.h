/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_DUPLICATE_KEYS_H
#define COCFS_JOB_DSL_DUPLICATE_KEYS_H

#include "job/dsl/tree.h"

/*
 * Looks for keys that stand twice in one mapping. If there are any, fills finding with the first
 * repetition in the order of the text; else finding stays empty. The caller frees finding->text.
 * Returns 0 in both cases, or -ENOMEM.
 */
int dsl_find_duplicate_key(const struct dsl_tree *tree, struct dsl_finding *finding);

#endif
