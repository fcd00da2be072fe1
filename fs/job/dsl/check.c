/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/dsl/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "job/dsl/lint.h"
#include "job/dsl/parse.h"
#include "job/dsl/merge.h"

DEFINE_CLEANUP(struct dsl_report *, dsl_report_free)

static const char *const level_words[] = {
	[DSL_NONE] = "none", [DSL_YAML] = "yaml", [DSL_DSL] = "dsl", [DSL_STRICT] = "strict"};

int dsl_level_parse(const char *word, enum dsl_level *ret_level)
{
	for (size_t i = 0; i < sizeof(level_words) / sizeof(level_words[0]); i++) {
		if (!strcmp(word, level_words[i])) {
			*ret_level = (enum dsl_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

void dsl_report_free(struct dsl_report *report)
{
	if (!report)
		return;
	free(report->refusal.text);
	for (size_t i = 0; i < report->n_warnings; i++)
		free(report->warnings[i].text);
	free(report->warnings);
	free(report->meta_name);
	free(report->meta_description);
	free(report);
}

/* Refuses the document: fills report->refusal with a sentence and the place of a node. Returns 0 or
 * -ENOMEM. */
#define refuse(report, tree, node, ...)                                                            \
	dsl_finding_set(&(report)->refusal, (tree)->nodes[node].line, (tree)->nodes[node].column,  \
			__VA_ARGS__)

/* Copies the value of a key of "meta", and the value's place. Does nothing if there is no such key,
 * or if its value is no text that a C string can hold. Returns 0 or -ENOMEM. */
static int read_field(const struct dsl_tree *tree, size_t meta, const char *key, char **ret_text,
		      struct dsl_finding *ret_place)
{
	size_t value = dsl_get(tree, meta, key), scalar, size;
	const char *text;

	if (value == DSL_NOWHERE)
		return 0;
	scalar = dsl_resolve(tree, value);
	if (tree->nodes[scalar].kind != DSL_SCALAR || dsl_is_null(tree, scalar))
		return 0;
	text = dsl_text(tree, scalar, &size);
	if (tree->nodes[scalar].half || memchr(text, '\0', size))
		return 0;
	*ret_text = strndup(text, size);
	if (!*ret_text)
		return -ENOMEM;
	ret_place->line = tree->nodes[value].line;
	ret_place->column = tree->nodes[value].column;
	return 0;
}

static int read_meta(const struct dsl_tree *tree, struct dsl_report *report)
{
	size_t meta;
	int r;

	if (!tree->n_nodes)
		return 0;
	meta = dsl_get(tree, 0, "meta");
	if (meta == DSL_NOWHERE)
		return 0;
	meta = dsl_resolve(tree, meta);
	r = read_field(tree, meta, "name", &report->meta_name, &report->meta_name_place);
	if (r < 0)
		return r;
	return read_field(tree, meta, "description", &report->meta_description,
			  &report->meta_description_place);
}

/* Refuses a text of meta that cannot become the name or description of a job. Such a text has a NUL
 * ("\0" in double quotes), or half of a surrogate pair. Returns 0 or -ENOMEM. */
static int check_text(const struct dsl_tree *tree, size_t meta, const char *key,
		      struct dsl_report *report)
{
	size_t value = dsl_get(tree, meta, key), scalar, size;
	const char *text;

	if (value == DSL_NOWHERE)
		return 0;
	scalar = dsl_resolve(tree, value);
	if (tree->nodes[scalar].kind != DSL_SCALAR)
		return 0;
	if (tree->nodes[scalar].half)
		return refuse(report, tree, value,
			      "meta.%s holds half of a surrogate pair: write both halves, such as "
			      "\\ud83d\\ude00, or the character itself",
			      key);
	text = dsl_text(tree, scalar, &size);
	if (!size || !memchr(text, '\0', size))
		return 0;
	return refuse(report, tree, value, "meta.%s holds a NUL character: remove the \\0", key);
}

static int check_meta(const struct dsl_tree *tree, struct dsl_report *report)
{
	size_t value = dsl_get(tree, 0, "meta"), meta, name, scalar;
	int r;

	if (value == DSL_NOWHERE)
		return refuse(report, tree, 0,
			      "there is no \"meta\": a job says its name in meta.name");
	meta = dsl_resolve(tree, value);
	if (tree->nodes[meta].kind != DSL_MAPPING)
		return refuse(report, tree, value,
			      "\"meta\" is not a mapping: indent its keys, such as name, under it");
	name = dsl_get(tree, meta, "name");
	if (name == DSL_NOWHERE)
		return refuse(report, tree, value, "there is no \"name\" in \"meta\"");
	scalar = dsl_resolve(tree, name);
	if (tree->nodes[scalar].kind != DSL_SCALAR)
		return refuse(report, tree, name, "meta.name is not a text");
	if (dsl_is_null(tree, scalar) || !tree->nodes[scalar].size)
		return refuse(report, tree, name, "meta.name is empty: a job needs a name");
	r = check_text(tree, meta, "name", report);
	if (r < 0 || report->refusal.text)
		return r;
	return check_text(tree, meta, "description", report);
}

static int check_steps(const struct dsl_tree *tree, struct dsl_report *report)
{
	size_t value = dsl_get(tree, 0, "steps"), steps;

	if (value == DSL_NOWHERE)
		return refuse(report, tree, 0, "there is no \"steps\": a job is a list of steps");
	steps = dsl_resolve(tree, value);
	if (dsl_is_null(tree, steps))
		return refuse(report, tree, value,
			      "\"steps\" is empty: a job has one step at least");
	if (tree->nodes[steps].kind != DSL_SEQUENCE)
		return refuse(report, tree, value,
			      "\"steps\" is not a list: begin each step with a dash");
	if (tree->nodes[steps].end == steps + 1)
		return refuse(report, tree, value,
			      "\"steps\" is empty: a job has one step at least");
	for (size_t at = steps + 1; at < tree->nodes[steps].end; at = tree->nodes[at].end)
		if (tree->nodes[dsl_resolve(tree, at)].kind != DSL_MAPPING)
			return refuse(report, tree, at,
				      "this step is not a mapping: a step has keys, such as name "
				      "and task");
	return 0;
}

/* Checks what level dsl demands of a document that level yaml accepts. If the document is refused,
 * report->refusal says why. Returns 0 in both cases, or -ENOMEM. */
static int check_shape(const struct dsl_tree *tree, struct dsl_report *report)
{
	int r;

	if (tree->nodes[0].kind != DSL_MAPPING)
		return refuse(report, tree, 0,
			      "the document is not a mapping: a job has the keys meta and steps");
	r = check_meta(tree, report);
	if (r < 0 || report->refusal.text)
		return r;
	return check_steps(tree, report);
}

/* Refuses a document with warnings, for level strict. The refusal has the sentence and the place of
 * the first warning. The warnings stay in the report. */
static int refuse_warnings(struct dsl_report *report)
{
	const struct dsl_finding *first = report->warnings;
	size_t more = report->n_warnings + report->n_more_warnings;

	if (!more--)
		return 0;
	if (!more)
		return dsl_finding_set(&report->refusal, first->line, first->column, "%s",
				       first->text);
	return dsl_finding_set(&report->refusal, first->line, first->column,
			       "%s (and %zu more warning%s)", first->text, more,
			       more == 1 ? "" : "s");
}

int dsl_check(const void *content, size_t size, enum dsl_level level, const char *file_stem,
	      struct dsl_report **ret_report)
{
	_cleanup_(dsl_report_free) struct dsl_report *report = calloc(1, sizeof(*report));
	_cleanup_dsl_tree_ struct dsl_tree tree = {0};
	int r;

	if (!report)
		return -ENOMEM;
	r = dsl_parse(content, size, &tree, &report->refusal);
	if (!r)
		r = read_meta(&tree, report);
	if (r < 0)
		return r;
	if (level == DSL_NONE) {
		free(report->refusal.text);
		report->refusal = (struct dsl_finding){0};
	}
	if (level >= DSL_DSL && !report->refusal.text)
		r = check_shape(&tree, report);
	if (!r && level >= DSL_DSL && !report->refusal.text)
		r = dsl_lint(&tree, file_stem, report);
	if (!r && level >= DSL_STRICT && !report->refusal.text)
		r = refuse_warnings(report);
	if (r < 0)
		return r;
	*ret_report = steal_ptr(report);
	return 0;
}
