/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_PARSE_H
#define COCFS_JOB_DSL_PARSE_H

#include "job/dsl/tree.h"

/*
 * Parses a document. tree and finding must be empty. If the text is YAML, fills tree. If level yaml
 * refuses the document, fills finding with the first reason; the caller frees finding->text. Both
 * may be filled. Returns 0 also if the document is refused, or -ENOMEM.
 */
int dsl_parse(const void *content, size_t size, struct dsl_tree *tree, struct dsl_finding *finding);

#endif
