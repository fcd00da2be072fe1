/* SPDX-License-Identifier: MIT */
#ifndef COCFS_DSL_REPORT_H
#define COCFS_DSL_REPORT_H

#include <stddef.h>

#include "bounds/job.h"
#include "cocfs/dsl.h"
#include "job/attributes.h"

/* The most findings of a report: the warnings that the check of the document keeps, and a finding
 * of each other rule. */
#define REPORT_FINDINGS_MAX (DSL_FINDINGS_MAX + 16)

enum report_rule {
	RULE_SIZE,
	RULE_DOCUMENT,
	RULE_LINT,
	RULE_COMMENT,
	RULE_LATE_COMMENT,
	RULE_ATTRIBUTE,
	RULE_RISK,
	RULE_NAME,
	RULE_EMPTY,
};

struct cocfs_dsl_report {
	struct cocfs_dsl_finding
		findings[REPORT_FINDINGS_MAX]; /* the report owns the texts and hints */
	size_t n_findings, n_errors;
	struct attr_set attributes;
};

/* Adds a finding at the place in finding. Copies finding->text and hint, which may be NULL. Returns
 * 0; or -ENOMEM, also if the report is full. */
int report_add(struct cocfs_dsl_report *report, enum cocfs_dsl_severity severity,
	       enum report_rule rule, const struct dsl_finding *finding, const char *hint);

/* Adds an error that has no place in the text (line 0). Copies text and hint, which may be NULL.
 * Returns 0 or -ENOMEM. */
int report_add_error(struct cocfs_dsl_report *report, enum report_rule rule, const char *text,
		     const char *hint);

/* Sorts the findings in the order of the text. Findings of one place stay in the order in which
 * they were added. */
void report_sort(struct cocfs_dsl_report *report);

#endif
