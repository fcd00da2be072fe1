/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/dsl/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "bounds/api.h"
#include "bounds/job.h"
#include "job/dsl/anchors.h"
#include "job/dsl/lines.h"
#include "job/dsl/surrogates.h"
#include "job/dsl/yaml_errors.h"
#include "job/dsl/duplicate_keys.h"

/*
 * Turns bytes into nodes, and refuses what level yaml refuses. This code asks libyaml for events:
 * libyaml's own loader builds a document without bounds. The events become an array of nodes. A
 * stack holds the open collections, at most DSL_DEPTH_MAX. So two bytes make at most three nodes,
 * and nothing is expanded: for an alias only the counts of its target are added, with saturation.
 *
 * Some errors let the parser read on: an unknown alias, too many aliases, too large an expansion, a
 * second document. The first such error is kept, and the rest is read too, because a document that
 * is sent unchecked still has a name. After a syntax error or too deep a nesting there is no tree.
 */

DEFINE_CLEANUP(yaml_parser_t *, yaml_parser_delete)

/* The tag of merge keys in YAML 1.1. A key with this tag is a merge key, also with another text. */
#define MERGE_TAG "tag:yaml.org,2002:merge"

struct parse {
	struct dsl_tree *tree;
	struct dsl_halves halves;
	struct dsl_finding *finding; /* why level yaml refuses; the first reason stays */
	size_t open[DSL_DEPTH_MAX];  /* the nodes of the open collections, the outermost first */
	bool bracket[DSL_DEPTH_MAX]; /* of each open collection: [ or { opened it */
	size_t depth, n_brackets;    /* depth: open collections; n_brackets: those with brackets */
	size_t bracket_steps;	     /* the sum of n_brackets over all events */
	struct dsl_anchors anchors;
	size_t n_aliases, n_documents;
	uint32_t expanded; /* nodes so far, with all aliases expanded */
	bool stop;	   /* the parser need not read on */
	bool broken;	   /* the tree is not complete: dsl_parse() empties it */
};

static void parse_finish(struct parse *parse)
{
	dsl_halves_finish(&parse->halves);
	dsl_anchors_finish(&parse->anchors);
}

static uint32_t add_saturating(uint32_t a, uint32_t b)
{
	uint32_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT32_MAX : sum;
}

/* Makes room for one more node. Returns 0 or -ENOMEM. */
static int grow_nodes(struct dsl_tree *tree)
{
	size_t room = tree->room ? 2 * tree->room : 64;
	struct dsl_node *grown;

	if (tree->n_nodes < tree->room)
		return 0;
	grown = reallocarray(tree->nodes, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	tree->nodes = grown;
	tree->room = room;
	return 0;
}

/* Fills finding, if it is empty, with why level yaml refuses. Returns 0 or -ENOMEM. */
#define note(parse, mark, ...)                                                                     \
	((parse)->finding->text ? 0                                                                \
				: dsl_finding_set((parse)->finding, dsl_mark_line(mark),           \
						  dsl_mark_column(mark), __VA_ARGS__))

/* Closes a node whose subtree is complete, and adds its counts to the collection around it. */
static void close_node(struct parse *parse, size_t index)
{
	struct dsl_node *node = &parse->tree->nodes[index], *around;

	node->end = (uint32_t)parse->tree->n_nodes;
	if (!parse->depth)
		return;
	around = &parse->tree->nodes[parse->open[parse->depth - 1]];
	around->expanded = add_saturating(around->expanded, node->expanded);
	if (around->height < node->height + 1)
		around->height = node->height + 1;
}

static int add_node(struct parse *parse, enum dsl_kind kind, const yaml_mark_t *mark)
{
	struct dsl_tree *tree = parse->tree;
	int r = grow_nodes(tree);

	if (r < 0)
		return r;
	tree->nodes[tree->n_nodes++] = (struct dsl_node){
		.kind = kind,
		.line = dsl_mark_line(mark),
		.column = dsl_mark_column(mark),
		.expanded = 1,
		.height = kind == DSL_SEQUENCE || kind == DSL_MAPPING,
	};
	parse->expanded = add_saturating(parse->expanded, 1);
	return 0;
}

/* Records the anchor of the last node, if the node has one. Returns 0 or -ENOMEM. */
static int add_anchor(struct parse *parse, const yaml_char_t *name)
{
	return name ? dsl_anchors_add(&parse->anchors, (const char *)name,
				      (uint32_t)parse->tree->n_nodes - 1)
		    : 0;
}

static int take_scalar(struct parse *parse, const yaml_event_t *event)
{
	struct dsl_tree *tree = parse->tree;
	struct dsl_node *node;
	int r = add_node(parse, DSL_SCALAR, &event->start_mark);

	if (r < 0)
		return r;
	node = &tree->nodes[tree->n_nodes - 1];
	node->plain =
		event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag;
	node->merge =
		event->data.scalar.tag && !strcmp((const char *)event->data.scalar.tag, MERGE_TAG);
	node->text = (uint32_t)tree->text.size;
	r = dsl_halves_show(&parse->halves,
			    event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE,
			    (const char *)event->data.scalar.value, event->data.scalar.length,
			    &tree->text, &node->half);
	if (r < 0)
		return r;
	node->size = (uint32_t)(tree->text.size - node->text);
	close_node(parse, tree->n_nodes - 1);
	return add_anchor(parse, event->data.scalar.anchor);
}

static int take_alias(struct parse *parse, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	const yaml_mark_t *mark = &event->start_mark;
	const struct dsl_node *target;
	struct dsl_node *node;
	bool is_known = false;
	uint32_t anchored = 0;
	int r = 0;

	/* an alias without a target counts as null: see dsl_is_null() */
	if (++parse->n_aliases <= DSL_ALIAS_MAX)
		is_known = dsl_anchors_find(&parse->anchors, name, &anchored);
	else
		r = note(parse, mark, "there are more than %d aliases: write the values out",
			 DSL_ALIAS_MAX);
	if (r < 0)
		return r;
	if (is_known && !parse->tree->nodes[anchored].end) {
		r = note(parse, mark, "the alias *%s stands within what it stands for",
			 dsl_excerpt(name, strlen(name)).text);
		is_known = false;
	} else if (!is_known) {
		r = note(parse, mark,
			 "no anchor &%s stands before this alias: put a text that begins with * in "
			 "quotes",
			 dsl_excerpt(name, strlen(name)).text);
	}
	if (r < 0)
		return r;
	r = add_node(parse, is_known ? DSL_ALIAS : DSL_SCALAR, mark);
	if (r < 0)
		return r;
	node = &parse->tree->nodes[parse->tree->n_nodes - 1];
	node->plain = !is_known;
	if (is_known) {
		target = &parse->tree->nodes[anchored];
		node->target = anchored;
		node->expanded = target->expanded;
		node->height = target->height;
		parse->expanded = add_saturating(parse->expanded, target->expanded - 1);
	}
	close_node(parse, parse->tree->n_nodes - 1);
	if (parse->depth + node->height > DSL_DEPTH_MAX)
		return note(parse, mark, "with this alias the nesting is deeper than %d",
			    DSL_DEPTH_MAX);
	return 0;
}

static int take_collection(struct parse *parse, const yaml_event_t *event)
{
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	int r;

	if (parse->depth == DSL_DEPTH_MAX) {
		parse->stop = parse->broken = true;
		return note(parse, &event->start_mark,
			    "mappings and lists are nested deeper than %d here", DSL_DEPTH_MAX);
	}
	r = add_node(parse, mapping ? DSL_MAPPING : DSL_SEQUENCE, &event->start_mark);
	if (r < 0)
		return r;
	parse->bracket[parse->depth] =
		mapping ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			: event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	parse->n_brackets += parse->bracket[parse->depth];
	parse->open[parse->depth++] = parse->tree->n_nodes - 1;
	return add_anchor(parse, mapping ? event->data.mapping_start.anchor
					 : event->data.sequence_start.anchor);
}

/* Bounds the time that brackets cost: refuses beyond DSL_BRACKETS_MAX. Returns 0 or -ENOMEM. */
static int count_brackets(struct parse *parse, const yaml_event_t *event)
{
	parse->bracket_steps += parse->n_brackets;
	if (parse->bracket_steps <= DSL_BRACKETS_MAX)
		return 0;
	parse->stop = parse->broken = true;
	return note(parse, &event->start_mark,
		    "too many values stand within many brackets: write the outer lists and "
		    "mappings as indented lines, without brackets");
}

static int take_event(struct parse *parse, const yaml_event_t *event)
{
	int r = 0;

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (parse->n_documents++ == 0)
			return 0;
		parse->stop = true;
		return note(parse, &event->start_mark,
			    "a second document begins here: a job is one document, put the other "
			    "in a file of its own");
	case YAML_SCALAR_EVENT:
		r = take_scalar(parse, event);
		break;
	case YAML_ALIAS_EVENT:
		r = take_alias(parse, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		r = take_collection(parse, event);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_node(parse, parse->open[--parse->depth]);
		parse->n_brackets -= parse->bracket[parse->depth];
		break;
	case YAML_STREAM_END_EVENT:
		parse->stop = true;
		break;
	default:
		break;
	}
	if (!r && parse->expanded > DSL_EXPANSION_MAX)
		r = note(parse, &event->start_mark,
			 "with the aliases expanded, the document has more than %d nodes",
			 DSL_EXPANSION_MAX);
	return r ? r : count_brackets(parse, event);
}

/* Fills finding, if it is empty, with why libyaml gave up. Returns 0 or -ENOMEM. */
static int take_problem(struct parse *parse, const yaml_parser_t *parser, const char *content,
			size_t size)
{
	const struct dsl_node *open;

	parse->broken = true;
	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parse->finding->text)
		return 0;
	/* point at the open bracket, which has to be mended, and not at the end of the text */
	if (parse->depth && parse->bracket[parse->depth - 1] &&
	    dsl_problem_is_end(parser, content, size)) {
		open = &parse->tree->nodes[parse->open[parse->depth - 1]];
		return dsl_finding_set(parse->finding, open->line, open->column,
				       "the bracket that opens here is never closed");
	}
	return dsl_problem(parser, content, size, parse->finding);
}

static int read_document_events(struct parse *parse, const char *content, size_t size)
{
	yaml_parser_t parser;
	_cleanup_(yaml_parser_delete) yaml_parser_t *owned = NULL;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	owned = &parser;
	yaml_parser_set_input_string(&parser, (const unsigned char *)content, size);
	while (!parse->stop) {
		yaml_event_t event;
		int r;

		if (!yaml_parser_parse(&parser, &event))
			return take_problem(parse, &parser, content, size);
		r = take_event(parse, &event);
		yaml_event_delete(&event);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Is the first line of size bytes longer than a %TAG directive may be? */
static bool is_long_line(const char *line, size_t size)
{
	if (size <= DSL_TAG_DIRECTIVE_MAX)
		return false;
	for (size_t at = 0; at <= DSL_TAG_DIRECTIVE_MAX; at++) {
		if (dsl_break_size(line + at, size - at))
			return false;
	}
	return true;
}

/* Refuses too many %TAG directives, and too long ones. Returns 0 or -ENOMEM. */
static int check_directives(const char *content, size_t size, struct dsl_finding *finding)
{
	static const char tag[] = "%TAG";
	const char *at = content, *end = content + size;
	unsigned line, column;
	int n = 0;

	while ((at = memmem(at, (size_t)(end - at), tag, strlen(tag)))) {
		bool is_directive = dsl_begins_line(content, (size_t)(at - content));

		if (is_directive &&
		    (++n > DSL_TAG_DIRECTIVES_MAX || is_long_line(at, (size_t)(end - at)))) {
			dsl_place_of_offset(content, (size_t)(at - content), &line, &column);
			return dsl_finding_set(finding, line, column,
					       n > DSL_TAG_DIRECTIVES_MAX
						       ? "there are more than %d %%TAG directives: "
							 "write the tags out"
						       : "this %%TAG directive has more than %d "
							 "bytes: write the tags out",
					       n > DSL_TAG_DIRECTIVES_MAX ? DSL_TAG_DIRECTIVES_MAX
									  : DSL_TAG_DIRECTIVE_MAX);
		}
		at += strlen(tag);
	}
	return 0;
}

/* Refuses, before libyaml sees it, a content that is too long or empty, that has a NUL or is not
 * UTF-8, or that check_directives() refuses. Then finding is filled. Returns 0 in both cases, or
 * -ENOMEM. */
static int check_bytes(const char *content, size_t size, struct dsl_finding *finding)
{
	unsigned line, column;
	size_t valid, blank;
	const char *nul;

	if (size > COC_CONTENT_MAX)
		return dsl_finding_set(finding, 0, 0,
				       "the document has %zu bytes, the service takes at most %d",
				       size, COC_CONTENT_MAX);
	nul = size ? memchr(content, '\0', size) : NULL;
	valid = utf8_valid_prefix(content, size);
	if (nul && (size_t)(nul - content) < valid) {
		dsl_place_of_offset(content, (size_t)(nul - content), &line, &column);
		return dsl_finding_set(finding, line, column,
				       "a NUL byte: the file is not text, or was damaged");
	}
	if (valid < size) {
		dsl_place_of_offset(content, valid, &line, &column);
		return dsl_finding_set(finding, line, column,
				       "the byte 0x%02X is not UTF-8: convert the file to UTF-8",
				       (unsigned char)content[valid]);
	}
	blank = dsl_bom_size(content, size);
	while (blank < size && strchr(" \t\r\n", content[blank]))
		blank++;
	if (blank == size)
		return dsl_finding_set(finding, 0, 0, "the document is empty");
	return check_directives(content, size, finding);
}

int dsl_parse(const void *content, size_t size, struct dsl_tree *tree, struct dsl_finding *finding)
{
	__attribute__((cleanup(parse_finish))) struct parse parse = {.tree = tree,
								     .finding = finding};
	const struct dsl_node *root;
	int r = check_bytes(content, size, finding);

	if (r < 0 || finding->text)
		return r;
	/* allocate the text, so that dsl_text() returns no NULL for an empty scalar */
	r = buf_reserve(&tree->text, size);
	if (!r)
		r = dsl_halves_hide(content, size, &parse.halves);
	if (!r)
		r = read_document_events(&parse, parse.halves.copy ? parse.halves.copy : content,
					 size);
	if (r < 0 || parse.broken) {
		dsl_tree_finish(tree);
		return r;
	}
	root = tree->nodes;
	if (!finding->text && (!root || (root->kind == DSL_SCALAR && root->plain && !root->size)))
		r = dsl_finding_set(finding, 0, 0, "the document is empty, apart from comments");
	if (!r && root && !finding->text)
		r = dsl_find_duplicate_key(tree, finding);
	return r;
}
