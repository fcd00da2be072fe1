/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/dsl/lint.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "bounds/job.h"
#include "job/dsl/words.h"
#include "job/dsl/merge.h"

/*
 * Looks for odd things in a document of the right shape. No grammar is published. Each rule is
 * drawn from the public samples and the manual, and may be mistaken. So no rule refuses a document
 * by itself.
 */

/* A reference to an input is "{{$globals.NAME}}". This is its text between the braces and NAME. */
static const char globals[] = "$globals.";
#define GLOBALS_SIZE (sizeof(globals) - 1)

struct lint {
	const struct dsl_tree *tree;
	struct dsl_report *report;
	size_t meta, steps, inputs; /* the nodes of these keys' values; inputs may be DSL_NOWHERE */
};

__attribute__((format(printf, 3, 4))) static int warn(struct lint *lint, size_t node,
						      const char *fmt, ...)
{
	struct dsl_report *report = lint->report;
	va_list args;
	char *text;
	int n;

	if (report->n_warnings == DSL_FINDINGS_MAX) {
		report->n_more_warnings++;
		return 0;
	}
	if (!report->warnings) {
		report->warnings = calloc(DSL_FINDINGS_MAX, sizeof(*report->warnings));
		if (!report->warnings)
			return -ENOMEM;
	}
	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	report->warnings[report->n_warnings++] =
		(struct dsl_finding){.line = lint->tree->nodes[node].line,
				     .column = lint->tree->nodes[node].column,
				     .text = text};
	return 0;
}

/* Returns the text of a value that is a scalar, not empty and not null ("~"); else NULL. */
static const char *text_of_node(const struct dsl_tree *tree, size_t value, size_t *ret_size)
{
	size_t scalar;

	if (value == DSL_NOWHERE)
		return NULL;
	scalar = dsl_resolve(tree, value);
	if (tree->nodes[scalar].kind != DSL_SCALAR || dsl_is_null(tree, scalar) ||
	    !tree->nodes[scalar].size)
		return NULL;
	return dsl_text(tree, scalar, ret_size);
}

static int lint_meta(struct lint *lint, const char *file_stem)
{
	const struct dsl_tree *tree = lint->tree;
	size_t meta = dsl_resolve(tree, lint->meta), size = 0, value;
	const char *text;
	int r = 0;

	value = dsl_get(tree, meta, "name");
	text = text_of_node(tree, value, &size);
	if (file_stem && text && (size != strlen(file_stem) || memcmp(text, file_stem, size) != 0))
		r = warn(lint, value, "meta.name is \"%s\", but the file is named \"%s\"",
			 dsl_excerpt(text, size).text,
			 dsl_excerpt(file_stem, strlen(file_stem)).text);
	if (r < 0)
		return r;
	value = dsl_get(tree, meta, "schemaVersion");
	if (value == DSL_NOWHERE)
		return warn(lint, lint->meta,
			    "meta.schemaVersion is missing: only 3 is known to be taken");
	text = text_of_node(tree, value, &size);
	if (text && size == 1 && text[0] == '3')
		return 0;
	return warn(lint, value, "meta.schemaVersion is not 3, the only one known to be taken");
}

/* Is a text a version: digits, a dot, digits, a dot, digits? */
static bool is_version(const char *text, size_t size)
{
	size_t at = 0;

	for (int part = 0; part < 3; part++) {
		size_t begin;

		if (part && (at == size || text[at++] != '.'))
			return false;
		for (begin = at; at < size && text[at] >= '0' && text[at] <= '9'; at++)
			;
		if (at == begin)
			return false;
	}
	return at == size;
}

/* Is a text a task: hwc:runbook:ACTION@x.y.z? */
static bool is_task(const char *text, size_t size)
{
	static const char prefix[] = "hwc:runbook:";
	const size_t length = sizeof(prefix) - 1;
	const char *at;

	if (size < length || size > DSL_TASK_MAX || memcmp(text, prefix, length) != 0)
		return false;
	at = memchr(text, '@', size);
	if (!at || at == text + length)
		return false;
	for (const char *c = text + length; c < at; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return false;
	return is_version(at + 1, size - (size_t)(at + 1 - text));
}

static int lint_step(struct lint *lint, size_t item, struct words *names)
{
	const struct dsl_tree *tree = lint->tree;
	size_t step = dsl_resolve(tree, item), size = 0, value;
	const char *text;
	int r;

	value = dsl_get(tree, step, "name");
	text = text_of_node(tree, value, &size);
	r = text ? words_add(names, text, size, value, false)
		 : warn(lint, item, "this step has no name");
	if (r < 0)
		return r;
	value = dsl_get(tree, step, "task");
	text = text_of_node(tree, value, &size);
	if (!text)
		return warn(lint, item, "this step has no task: it would do nothing");
	if (is_task(text, size))
		return 0;
	return warn(lint, value,
		    "the task \"%s\" is not of the form hwc:runbook:ACTION@x.y.z, such as "
		    "hwc:runbook:suspend@1.0.0",
		    dsl_excerpt(text, size).text);
}

static int lint_steps(struct lint *lint)
{
	__attribute__((cleanup(words_finish))) struct words names = {0};
	const struct dsl_tree *tree = lint->tree;
	size_t steps = dsl_resolve(tree, lint->steps);
	int r = 0;

	for (size_t at = steps + 1; !r && at < tree->nodes[steps].end; at = tree->nodes[at].end)
		r = lint_step(lint, at, &names);
	words_sort(&names);
	for (size_t i = 1, first = 0; !r && i < names.n; i++) {
		const struct word *word = &names.word[i];

		if (words_compare(&names.word[first], word) != 0)
			first = i;
		else
			r = warn(lint, word->node, "a step before is named \"%s\" too, at %u:%u",
				 dsl_excerpt(word->text, word->size).text,
				 tree->nodes[names.word[first].node].line,
				 tree->nodes[names.word[first].node].column);
	}
	return r;
}

/* Adds each NAME of the references "{{$globals.NAME}}" in one text. Blanks within the braces are
 * allowed. node: the node of the text. Returns 0 or -ENOMEM. */
static int find_in_text(const char *text, size_t size, size_t node, struct words *references)
{
	const char *at = text, *end = text + size;
	int r = 0;

	while (!r && (at = memmem(at, (size_t)(end - at), "{{", 2))) {
		const char *name = at + 2, *stop;

		at++;
		while (name < end && *name == ' ')
			name++;
		if ((size_t)(end - name) < GLOBALS_SIZE || memcmp(name, globals, GLOBALS_SIZE) != 0)
			continue;
		name += GLOBALS_SIZE;
		for (stop = name; stop < end && *stop != '{' && *stop != '}'; stop++)
			;
		at = stop;
		if (end - stop < 2 || memcmp(stop, "}}", 2) != 0)
			continue;
		while (stop > name && stop[-1] == ' ')
			stop--;
		if (stop > name)
			r = words_add(references, name, (size_t)(stop - name), node, false);
	}
	return r;
}

/*
 * Adds the names of all references, except those in meta, which are only read by people. For YAML,
 * an unquoted {{$globals.X}} is a mapping within a mapping. Its key is the plain scalar
 * "$globals.X", which counts as a reference.
 */
static int find_references(struct lint *lint, struct words *references)
{
	const struct dsl_tree *tree = lint->tree;
	int r = 0;

	for (size_t i = 0; !r && i < tree->n_nodes; i++) {
		size_t size;
		const char *text;

		if (i == lint->meta)
			i = tree->nodes[i].end;
		if (i == tree->n_nodes)
			break;
		if (tree->nodes[i].kind != DSL_SCALAR)
			continue;
		text = dsl_text(tree, i, &size);
		if (tree->nodes[i].plain && size > GLOBALS_SIZE &&
		    !memcmp(text, globals, GLOBALS_SIZE))
			r = words_add(references, text + GLOBALS_SIZE, size - GLOBALS_SIZE, i,
				      true);
		else
			r = find_in_text(text, size, i, references);
	}
	return r;
}

/* The inputs that the document declares. */
struct inputs {
	const struct dsl_tree *tree;
	struct words names;
	bool *is_merged; /* by node: the names of this mapping were merged already */
};

static void inputs_finish(struct inputs *inputs)
{
	words_finish(&inputs->names);
	free(inputs->is_merged);
}

static int find_inputs(struct inputs *inputs, size_t node);

/* Adds the inputs of a mapping that is the value of a merge key. Up to 100 aliases may name the
 * same mapping: its names are added only once. */
static int find_inputs_once(struct inputs *inputs, size_t node)
{
	size_t mapping = dsl_resolve(inputs->tree, node), first = inputs->names.n;
	int r;

	if (inputs->is_merged[mapping])
		return 0;
	inputs->is_merged[mapping] = true;
	r = find_inputs(inputs, mapping);
	for (size_t i = first; i < inputs->names.n; i++)
		inputs->names.word[i].merged = true;
	return r;
}

/* Adds the inputs in the value of a merge key: a mapping, or a list of mappings. */
static int find_merged_inputs(struct inputs *inputs, size_t value)
{
	const struct dsl_tree *tree = inputs->tree;
	size_t source = dsl_resolve(tree, value);
	int r = 0;

	if (tree->nodes[source].kind != DSL_SEQUENCE)
		return find_inputs_once(inputs, source);
	for (size_t at = source + 1; !r && at < tree->nodes[source].end; at = tree->nodes[at].end)
		r = find_inputs_once(inputs, at);
	return r;
}

/* Adds the names of the inputs in a mapping: its own keys, and the keys that merge keys bring
 * in. */
static int find_inputs(struct inputs *inputs, size_t node)
{
	const struct dsl_tree *tree = inputs->tree;
	size_t mapping = dsl_resolve(tree, node), value;
	int r = 0;

	if (tree->nodes[mapping].kind != DSL_MAPPING)
		return 0;
	for (size_t at = mapping + 1; !r && at < tree->nodes[mapping].end;
	     at = tree->nodes[value].end) {
		size_t key = dsl_resolve(tree, at), size;
		const char *text;

		value = tree->nodes[at].end;
		if (dsl_is_merge_key(tree, at)) {
			r = find_merged_inputs(inputs, value);
			continue;
		}
		if (tree->nodes[key].kind != DSL_SCALAR)
			continue;
		text = dsl_text(tree, key, &size);
		r = words_add(&inputs->names, text, size, at, false);
	}
	return r;
}

/* Warns of references to an undeclared input, once for each name, at its first reference. Warns of
 * each reference without braces, and of each input that is never used. */
static int lint_references(struct lint *lint)
{
	__attribute__((cleanup(words_finish))) struct words references = {0};
	__attribute__((cleanup(inputs_finish))) struct inputs inputs = {.tree = lint->tree};
	const struct words *names = &inputs.names;
	int r = find_references(lint, &references);

	inputs.is_merged = calloc(lint->tree->n_nodes, sizeof(*inputs.is_merged));
	if (!inputs.is_merged)
		return -ENOMEM;
	if (!r && lint->inputs != DSL_NOWHERE)
		r = find_inputs(&inputs, lint->inputs);
	words_sort(&references);
	words_sort(&inputs.names);
	for (size_t i = 0; !r && i < references.n; i++) {
		const struct word *word = &references.word[i];
		const struct dsl_excerpt name = dsl_excerpt(word->text, word->size);

		if (word->bare)
			r = warn(lint, word->node,
				 "this is no reference as it stands: write \"{{$globals.%s}}\", in "
				 "quotes",
				 name.text);
		if (r || words_have(names, word) || (i && !words_compare(word - 1, word)))
			continue;
		r = warn(lint, word->node, "{{$globals.%s}} has no input of that name", name.text);
	}
	for (size_t i = 0; !r && i < names->n; i++) {
		const struct word *word = &names->word[i];

		/* no warning of a merged input: several documents may have this mapping, and each
		 * uses a part of it */
		if (!word->merged && !words_have(&references, word))
			r = warn(lint, word->node, "the input \"%s\" is never used",
				 dsl_excerpt(word->text, word->size).text);
	}
	return r;
}

static int compare_places(const void *a, const void *b)
{
	const struct dsl_finding *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

int dsl_lint(const struct dsl_tree *tree, const char *file_stem, struct dsl_report *report)
{
	struct lint lint = {
		.tree = tree,
		.report = report,
		.meta = dsl_get(tree, 0, "meta"),
		.steps = dsl_get(tree, 0, "steps"),
		.inputs = dsl_get(tree, 0, "inputs"),
	};
	int r = lint_meta(&lint, file_stem);

	if (!r)
		r = lint_steps(&lint);
	if (!r)
		r = lint_references(&lint);
	if (!r && report->n_warnings)
		qsort(report->warnings, report->n_warnings, sizeof(*report->warnings),
		      compare_places);
	return r;
}
