/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_LINT_H
#define COCFS_JOB_DSL_LINT_H

#include "job/dsl/tree.h"

/*
 * Adds to the report what is odd, but not wrong, in a document that level dsl accepts; in the order
 * of the text. file_stem may be NULL. Pure. Returns 0, -ENOMEM.
 */
int dsl_lint(const struct dsl_tree *tree, const char *file_stem, struct dsl_report *report);

#endif
