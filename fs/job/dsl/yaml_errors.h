/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_YAML_ERRORS_H
#define COCFS_JOB_DSL_YAML_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

#include <yaml.h>

#include "job/dsl/check.h"
#include "job/dsl/lines.h"

/*
 * Turns libyaml's errors into sentences for people. libyaml's marks count from 0. Its reader gives
 * a byte offset instead of a mark. Its messages use the words of YAML's grammar, which people do
 * not know. Pure.
 */

/* Return the line and the column of a mark as people count: from 1, the column in code points. */
static inline unsigned dsl_mark_line(const yaml_mark_t *mark)
{
	return (unsigned)mark->line + 1;
}

static inline unsigned dsl_mark_column(const yaml_mark_t *mark)
{
	return (unsigned)mark->column + 1;
}

/* Did the parser give up because the text ended too early? content: the text that the parser was
 * given. */
bool dsl_problem_is_end(const yaml_parser_t *parser, const char *content, size_t size);

/*
 * Fills an empty finding with the reason why the parser gave up. content: the text that the parser
 * was given. Returns 0 or -ENOMEM.
 */
int dsl_problem(const yaml_parser_t *parser, const char *content, size_t size,
		struct dsl_finding *finding);

#endif
