/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_DUPLICATE_KEYS_H
#define COCFS_JOB_DSL_DUPLICATE_KEYS_H

#include "job/dsl/tree.h"

/*
 * Looks for a key that stands twice in one mapping. Fills finding with the first repetition in the
 * order of the text. Returns 0 or -ENOMEM.
 */
int dsl_find_duplicate_key(const struct dsl_tree *tree, struct dsl_finding *finding);

#endif
