/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_CHECK_H
#define COCFS_JOB_DSL_CHECK_H

#include <stddef.h>

/*
 * The check of a job's DSL document: is it sound enough to be sent? Pure: takes bytes, returns
 * findings. The service checks nothing when a job is created, so this is the last look before it
 * runs. There is no published grammar; unknown keys are never refused. Sources: the four public
 * samples and the atomics API of COC, see docs/dsl.md.
 */

enum dsl_level {
	DSL_NONE, /* nothing is checked; meta is still read if the text allows it */
	DSL_YAML, /* UTF-8, no NUL, not empty, at most 65,536 bytes, one well-formed YAML document,
		       bounded nesting and aliases, no duplicate keys */
	DSL_DSL,  /* and: a mapping with "meta" (a mapping with a "name") and "steps" (a list of
		       mappings, not empty) */
	DSL_STRICT, /* and: no warnings */
};

struct dsl_finding {
	unsigned line, column; /* 1-based; column counts code points; 0:0 when no place fits */
	char *text;	       /* one sentence without the position */
};

struct dsl_report {
	struct dsl_finding refusal; /* text NULL: the document is sound at the level asked for */
	struct dsl_finding *warnings;
	size_t n_warnings;	/* kept, at most DSL_FINDINGS_MAX */
	size_t n_more_warnings; /* found beyond those */
	char *meta_name;	/* meta.name, a scalar; NULL if there is none */
	char *meta_description; /* meta.description, a scalar; NULL if there is none */
	struct dsl_finding meta_name_place, meta_description_place; /* positions only, text NULL */
};

/* Reads "none", "yaml", "dsl" or "strict". Returns 0, or -EINVAL for another word. */
int dsl_level_parse(const char *word, enum dsl_level *ret_level);

/*
 * Checks a document. file_stem is the job file's name without its suffix (for the warning that
 * meta.name differs from it), or NULL. Returns 0 with *ret_report, which the caller frees with
 * dsl_report_free(), also when the document is refused; -ENOMEM.
 */
int dsl_check(const void *content, size_t size, enum dsl_level level, const char *file_stem,
	      struct dsl_report **ret_report);

/* Frees a report; NULL is accepted. */
void dsl_report_free(struct dsl_report *report);

#endif
