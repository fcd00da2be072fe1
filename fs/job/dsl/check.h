/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_CHECK_H
#define COCFS_JOB_DSL_CHECK_H

#include <stddef.h>

/*
 * The check of a job's DSL document: may the document be sent? Pure: the check takes bytes and
 * returns findings. The service checks nothing when a job is created, so this is the last check
 * before the job runs. No grammar is published, so unknown keys are never refused. Sources: the
 * four public samples and the atomics API of COC, see docs/dsl.md. CONTRIBUTING.md ("Words")
 * explains the words of this project: job, row, sibling, story and others.
 */

enum dsl_level {
	DSL_NONE, /* nothing is refused; meta is still read if the text can be parsed */
	DSL_YAML, /* one well-formed YAML document in UTF-8: not empty, no NUL, at most 65,536
		     bytes, bounded nesting and aliases, no duplicate keys */
	DSL_DSL,  /* as DSL_YAML, and a mapping with "meta" (a mapping with a "name") and "steps" (a
		     list of mappings, not empty) */
	DSL_STRICT, /* as DSL_DSL, and the document has no warnings */
};

struct dsl_finding {
	unsigned line, column; /* both from 1, column in code points; both 0: no place fits */
	char *text;	       /* one sentence, without the place */
};

struct dsl_report {
	struct dsl_finding refusal;   /* text is NULL: the document passes the level */
	struct dsl_finding *warnings; /* made only for DSL_DSL and DSL_STRICT */
	size_t n_warnings;	      /* warnings that are kept, at most DSL_FINDINGS_MAX */
	size_t n_more_warnings;	      /* further warnings, which are only counted */
	char *meta_name;	      /* meta.name, a scalar; NULL if there is none */
	char *meta_description;	      /* meta.description, a scalar; NULL if there is none */
	struct dsl_finding meta_name_place, meta_description_place; /* only places: text is NULL */
};

/* Reads "none", "yaml", "dsl" or "strict". Returns 0, or -EINVAL for another word. */
int dsl_level_parse(const char *word, enum dsl_level *ret_level);

/*
 * Checks a document. file_stem is the job file's name without its suffix: if meta.name differs from
 * it, there is a warning. file_stem may be NULL. Returns 0 and *ret_report, also for a document
 * that is refused (report->refusal); free the report with dsl_report_free(). Returns -ENOMEM
 * without a report.
 */
int dsl_check(const void *content, size_t size, enum dsl_level level, const char *file_stem,
	      struct dsl_report **ret_report);

/* Frees a report; NULL is accepted. */
void dsl_report_free(struct dsl_report *report);

#endif
