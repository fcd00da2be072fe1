/* SPDX-License-Identifier: MIT */
/*
 * Checks a file as a commit does (fs/submit/commit.c), with the same functions of fs/job. A commit
 * stops at the first error, because one error is enough to refuse the file. This check goes on
 * after an error, so that a person can mend all errors together.
 *
 * What a file alone does not show is not checked: extended attributes, directories, options of the
 * mount, and the job that the service has already.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "bounds/api.h"
#include "bounds/job.h"
#include "cocfs-dsl/options.h"
#include "cocfs-dsl/report.h"
#include "job/comments.h"
#include "job/name.h"

DEFINE_CLEANUP(struct dsl_report *, dsl_report_free)
DEFINE_CLEANUP(struct cocfs_dsl_report *, cocfs_dsl_report_free)

/* One call of cocfs_dsl_check(): the content to check, and the report that gets the findings. */
struct check {
	const char *content;
	size_t size;
	const struct check_options *options;
	const char *stem; /* the file's name without its ending; NULL: the name is not known */
	struct cocfs_dsl_report *report;
};

/* Adds err, an error that a function of fs/job has filled, to the report. The finding's hint is the
 * detail with this key in err. If key is NULL, or err has no such detail, the finding's hint is the
 * argument hint. Returns 0; or -ENOMEM, also if err is of ENOMEM: then nothing is added. */
static int add_err(struct check *check, enum report_rule rule, const struct err *err,
		   const char *key, const char *hint)
{
	const struct dsl_finding finding = {
		.line = err->line, .column = err->column, .text = (char *)err_sentence(err)};
	size_t size = 0;
	const char *line = key ? err_find(err, key, &size) : NULL;
	_cleanup_free_ char *mend = line ? strndup(line, size) : NULL;

	if (err->errnum == ENOMEM || (line && !mend))
		return -ENOMEM;
	return report_add(check->report, COCFS_DSL_ERROR, rule, &finding, mend ? mend : hint);
}

/* Adds the warnings about the document to the report; at level strict as errors. Returns 0 or
 * -ENOMEM. */
static int add_warnings(struct check *check, const struct dsl_report *dsl)
{
	const enum cocfs_dsl_severity severity =
		check->options->level == DSL_STRICT ? COCFS_DSL_ERROR : COCFS_DSL_WARNING;
	char text[128];
	struct dsl_finding rest;
	int r = 0;

	for (size_t i = 0; r == 0 && i < dsl->n_warnings; i++)
		r = report_add(check->report, severity, RULE_LINT, &dsl->warnings[i], NULL);
	if (r < 0 || !dsl->n_more_warnings)
		return r;
	snprintf(text, sizeof(text), "there are %zu more of this kind, which are not listed",
		 dsl->n_more_warnings);
	/* with the line and column of the last warning, this finding comes behind that warning */
	rest = dsl->warnings[dsl->n_warnings - 1];
	rest.text = text;
	return report_add(check->report, severity, RULE_LINT, &rest, NULL);
}

static int check_document(struct check *check, const struct dsl_report *dsl)
{
	struct dsl_finding late = {0};
	int r = 0;

	/* at level strict dsl->refusal only repeats the warnings, and add_warnings() adds each of
	 * them */
	if (dsl->refusal.text && !dsl->n_warnings)
		r = report_add(check->report, COCFS_DSL_ERROR, RULE_DOCUMENT, &dsl->refusal, NULL);
	if (r == 0)
		r = add_warnings(check, dsl);
	if (r == 0)
		r = comments_warn_late(check->content, check->size, &late);
	if (r == 0 && late.text)
		r = report_add(check->report, COCFS_DSL_WARNING, RULE_LATE_COMMENT, &late, NULL);
	free(late.text);
	return r;
}

/* Adds an error if the comments give a risk level above max_risk, or none although needs_risk is
 * set. value: the level that a comment gives; NULL: none. place: where that comment stands. Returns
 * 0 or -ENOMEM. */
static int check_risk(struct check *check, const char *value, const struct comment_place *place)
{
	static const char *const words[] = {
		[RISK_LOW] = "LOW", [RISK_MEDIUM] = "MEDIUM", [RISK_HIGH] = "HIGH"};
	const char *highest = words[check->options->max_risk];
	struct dsl_finding finding = {.line = 1, .column = 1};
	char text[128], hint[128];
	enum risk risk;

	finding.text = text;
	if (!value && check->options->needs_risk) {
		snprintf(text, sizeof(text),
			 "no comment says the risk level of the job, and none is assumed");
		snprintf(hint, sizeof(hint),
			 "write the comment # coc.risk_level: %s on the first line of the file",
			 highest);
	} else if (value && risk_parse(value, &risk) == 0 && risk > check->options->max_risk) {
		finding.line = place->line;
		finding.column = place->column;
		snprintf(text, sizeof(text),
			 "the risk level %s is above %s, the highest that is allowed", value,
			 highest);
		snprintf(hint, sizeof(hint), "lower it if that is true to what the job does");
	} else {
		return 0;
	}
	return report_add(check->report, COCFS_DSL_ERROR, RULE_RISK, &finding, hint);
}

/* Checks the attributes that come from the comments, the document and the file's name. The job's
 * name comes from the file's name if the document has none. But if the document was refused, its
 * name may only be unreadable, so the file's name is not checked in its place. If the comments
 * cannot be read, this is the only finding of this function. Returns 0 or -ENOMEM. */
static int check_attributes(struct check *check, const struct dsl_report *dsl)
{
	struct attr_set *attributes = &check->report->attributes;
	const bool is_refused = dsl->refusal.text && !dsl->n_warnings;
	_cleanup_comments_ struct comments comments = {0};
	struct err err;
	int r = comments_read(check->content, check->size, &comments, &err);

	if (r < 0)
		return add_err(check, RULE_COMMENT, &err, "what_to_do", NULL);
	*attributes = comments.set;
	comments.set = (struct attr_set){0};
	r = check_risk(check, attributes->value[ATTR_RISK_LEVEL],
		       &comments.places[ATTR_RISK_LEVEL]);
	if (r < 0)
		return r;
	r = attrs_settle_texts(attributes, dsl, is_refused ? NULL : check->stem,
			       check->stem ? check->stem : "", &err);
	if (r == 0)
		return 0;
	attr_set_finish(attributes);
	*attributes = (struct attr_set){0};
	return add_err(check, RULE_ATTRIBUTE, &err, NULL,
		       "mend it there, or say another value in a comment before the document");
}

static int check_content(struct check *check)
{
	_cleanup_(dsl_report_free) struct dsl_report *dsl = NULL;
	int r;

	if (!check->size) {
		const struct dsl_finding empty = {.text = "the file is empty: a draft, not a job"};

		return report_add(check->report, COCFS_DSL_WARNING, RULE_EMPTY, &empty, NULL);
	}
	if (check->size > COC_CONTENT_MAX) {
		char text[128];

		/* do not say how many bytes the file has: a caller that reads a stream may have
		 * read only a part */
		snprintf(text, sizeof(text),
			 "the file has more than %d bytes, and the service takes no more",
			 COC_CONTENT_MAX);
		return report_add_error(check->report, RULE_SIZE, text, "make the file shorter");
	}
	r = dsl_check(check->content, check->size, check->options->level, check->stem, &dsl);
	if (r == 0)
		r = check_document(check, dsl);
	return r < 0 ? r : check_attributes(check, dsl);
}

/* Adds an error to the report if the name of the job file is longer than JOB_NAME_MAX. A name that
 * is unknown, or no job file's, is not checked. Returns 0 or -ENOMEM. */
static int check_name(struct check *check)
{
	const char *name = check->options->name;
	char text[64];

	if (!name || !name_is_job(name) || strlen(name) <= JOB_NAME_MAX)
		return 0;
	snprintf(text, sizeof(text), "the file's name has more than %d bytes", JOB_NAME_MAX);
	return report_add_error(check->report, RULE_NAME, text, "give it a shorter name");
}

static int make_report(const void *content, size_t size, const struct check_options *options,
		       struct cocfs_dsl_report **ret_report)
{
	const char *name = options->name;
	_cleanup_(cocfs_dsl_report_free) struct cocfs_dsl_report *report =
		calloc(1, sizeof(*report));
	_cleanup_free_ char *stem = name ? strndup(name, name_stem_length(name)) : NULL;
	struct check check = {.content = content,
			      .size = size,
			      .options = options,
			      .stem = stem,
			      .report = report};
	int r;

	if (!report || (name && !stem))
		return -ENOMEM;
	r = check_name(&check);
	if (r == 0)
		r = check_content(&check);
	if (r < 0)
		return r;
	report_sort(report);
	*ret_report = steal_ptr(report);
	return 0;
}

int cocfs_dsl_check(const void *content, size_t size, const struct cocfs_dsl_options *options,
		    struct cocfs_dsl_report **ret_report)
{
	struct check_options read;
	int r = check_options_read(options, &read);

	return r < 0 ? r : make_report(content, size, &read, ret_report);
}
