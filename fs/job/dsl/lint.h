/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_LINT_H
#define COCFS_JOB_DSL_LINT_H

#include "job/dsl/tree.h"

/*
 * Adds warnings to the report, in the order of the text: what is odd but not wrong in a document
 * that level dsl accepts. file_stem: the job file's name without its suffix, or NULL. Pure. Returns
 * 0 or -ENOMEM.
 */
int dsl_lint(const struct dsl_tree *tree, const char *file_stem, struct dsl_report *report);

#endif
