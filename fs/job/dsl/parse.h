/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_PARSE_H
#define COCFS_JOB_DSL_PARSE_H

#include "job/dsl/tree.h"

/*
 * Parses a document. If the text is YAML, fills tree, which must be empty. If level yaml refuses
 * the document, fills finding with the first reason: its text must be NULL, and belongs to the
 * caller afterwards. Returns 0 in both cases, or -ENOMEM.
 */
int dsl_parse(const void *content, size_t size, struct dsl_tree *tree, struct dsl_finding *finding);

#endif
