/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_PARSE_H
#define COCFS_JOB_DSL_PARSE_H

#include "job/dsl/tree.h"

/*
 * Reads a document. Fills tree (empty before) whenever the text parses as YAML, and finding (its
 * text NULL before; owned by the caller afterwards) with the first thing that level yaml refuses.
 * Returns 0 in both cases, -ENOMEM.
 */
int dsl_parse(const void *content, size_t size, struct dsl_tree *tree, struct dsl_finding *finding);

#endif
