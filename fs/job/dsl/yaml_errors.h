/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_YAML_ERRORS_H
#define COCFS_JOB_DSL_YAML_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

#include <yaml.h>

#include "job/dsl/check.h"
#include "job/dsl/lines.h"

/*
 * What libyaml says, put right: its marks count from 0, its reader tells a byte offset instead of a
 * mark, and its words are those of its grammar. Pure.
 */

/* A mark as people count: 1-based, the column in code points. */
static inline unsigned dsl_mark_line(const yaml_mark_t *mark)
{
	return (unsigned)mark->line + 1;
}

static inline unsigned dsl_mark_column(const yaml_mark_t *mark)
{
	return (unsigned)mark->column + 1;
}

/* Did the parser give up because the text ended where something had to follow? */
bool dsl_problem_is_end(const yaml_parser_t *parser, const char *content, size_t size);

/*
 * Tells why the parser gave up, in a finding (empty before). content is what it was given. Returns
 * 0, -ENOMEM.
 */
int dsl_problem(const yaml_parser_t *parser, const char *content, size_t size,
		struct dsl_finding *finding);

#endif
