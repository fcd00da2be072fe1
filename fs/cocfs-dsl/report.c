/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs-dsl/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"

static const struct cocfs_dsl_rule rules[] = {
	[RULE_SIZE] = {"size", "The file has more bytes than the service takes."},
	[RULE_DOCUMENT] = {"document", "The content is not sound at the level that was asked for."},
	[RULE_LINT] = {"lint", "The document looks odd; level strict refuses it."},
	[RULE_COMMENT] = {"comment", "A comment says an attribute of the job, and says it wrong."},
	[RULE_LATE_COMMENT] = {"late-comment",
			       "A comment would say an attribute, but stands too late to count."},
	[RULE_ATTRIBUTE] = {"attribute",
			    "The document or the file's name gives the job no valid attribute."},
	[RULE_RISK] = {"risk", "The risk level is missing, or too high."},
	[RULE_NAME] = {"name", "A file of this name cannot be a job file, or is none."},
	[RULE_EMPTY] = {"empty", "An empty file is a draft: no job is made of it."},
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

const struct cocfs_dsl_rule *cocfs_dsl_rule(size_t index)
{
	return index < RULES ? &rules[index] : NULL;
}

int report_add(struct cocfs_dsl_report *report, enum cocfs_dsl_severity severity,
	       enum report_rule rule, const struct dsl_finding *finding, const char *hint)
{
	struct cocfs_dsl_finding *added = &report->findings[report->n_findings];
	char *text = strdup(finding->text), *mend = hint ? strdup(hint) : NULL;

	if (!text || (hint && !mend) || report->n_findings == REPORT_FINDINGS_MAX) {
		free(text);
		free(mend);
		return -ENOMEM;
	}
	shown_clean(text);
	if (mend)
		shown_clean(mend);
	*added = (struct cocfs_dsl_finding){
		.severity = severity,
		.line = finding->line,
		.column = finding->column,
		.rule = rules[rule].word,
		.text = text,
		.hint = mend,
	};
	report->n_findings++;
	report->n_errors += severity == COCFS_DSL_ERROR;
	return 0;
}

int report_add_error(struct cocfs_dsl_report *report, enum report_rule rule, const char *text,
		     const char *hint)
{
	const struct dsl_finding finding = {.text = (char *)text};

	return report_add(report, COCFS_DSL_ERROR, rule, &finding, hint);
}

static bool stands_after(const struct cocfs_dsl_finding *a, const struct cocfs_dsl_finding *b)
{
	return a->line != b->line ? a->line > b->line : a->column > b->column;
}

void report_sort(struct cocfs_dsl_report *report)
{
	for (size_t i = 1; i < report->n_findings; i++) {
		const struct cocfs_dsl_finding finding = report->findings[i];
		size_t at = i;

		for (; at && stands_after(&report->findings[at - 1], &finding); at--)
			report->findings[at] = report->findings[at - 1];
		report->findings[at] = finding;
	}
}

size_t cocfs_dsl_report_errors(const struct cocfs_dsl_report *report)
{
	return report->n_errors;
}

size_t cocfs_dsl_report_count(const struct cocfs_dsl_report *report)
{
	return report->n_findings;
}

const struct cocfs_dsl_finding *cocfs_dsl_report_finding(const struct cocfs_dsl_report *report,
							 size_t index)
{
	return index < report->n_findings ? &report->findings[index] : NULL;
}

const char *cocfs_dsl_report_attribute(const struct cocfs_dsl_report *report, const char *name)
{
	int attr = attr_find(name, strlen(name));

	return attr < 0 ? NULL : report->attributes.value[attr];
}

void cocfs_dsl_report_free(struct cocfs_dsl_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->n_findings; i++) {
		free((char *)report->findings[i].text);
		free((char *)report->findings[i].hint);
	}
	attr_set_finish(&report->attributes);
	free(report);
}
