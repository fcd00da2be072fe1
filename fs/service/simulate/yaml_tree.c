/* SPDX-License-Identifier: MIT */
/*
 * The tree is built from libyaml's events, and not by its loader. So the parser stops when the text
 * is nested too deep. If it read on, the time that libyaml takes would grow with the square of the
 * depth.
 */
#define _GNU_SOURCE
#include "bounds/job.h"
#include "service/simulate/yaml_tree.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

struct tree_anchor {
	char *name;
	const cJSON *value; /* in the tree; NULL: the value is not complete yet */
};

struct level {
	cJSON *container;
	char *key;     /* of a mapping: the key whose value comes next; NULL: a key comes next */
	size_t anchor; /* 1 + the index of the container's anchor; 0: no anchor */
};

struct tree {
	yaml_parser_t parser;
	struct err *err;
	cJSON *root;
	struct level levels[DSL_DEPTH_MAX];
	size_t depth;
	struct tree_anchor *anchors;
	size_t n_anchors;
	size_t n_aliases;
	size_t n_nodes; /* nodes of the tree, with the aliases filled in */
};

static int refuse_document(struct tree *tree, const yaml_mark_t *mark, const char *what)
{
	return err_set(tree->err, EINVAL, "line %zu: %s", mark->line + 1, what);
}

static int fail_without_memory(struct tree *tree)
{
	return err_set(tree->err, ENOMEM, "out of memory");
}

/* Returns the number of nodes of a value. depth: how many objects and arrays are around the value.
 * *deepest rises to the greatest depth in the value, at which an object or array counts itself
 * too. */
static size_t weigh_value(const cJSON *value, size_t depth, size_t *deepest)
{
	const cJSON *child;
	size_t nodes = 1;

	if (cJSON_IsObject(value) || cJSON_IsArray(value))
		depth++;
	if (depth > *deepest)
		*deepest = depth;
	cJSON_ArrayForEach (child, value)
		nodes += weigh_value(child, depth, deepest);
	return nodes;
}

/* Adds a value at its place in the tree: in a mapping, a key and a value in turn. The tree owns
 * value from here on, also after a failure. Returns 0 or -errno with err. */
static int put_value(struct tree *tree, cJSON *value, const yaml_mark_t *mark)
{
	struct level *level = tree->depth ? &tree->levels[tree->depth - 1] : NULL;
	_cleanup_free_ char *key = NULL;
	_cleanup_json_ cJSON *own = value;
	bool done = true;

	if (!value)
		return fail_without_memory(tree);
	if (++tree->n_nodes > DSL_EXPANSION_MAX)
		return refuse_document(tree, mark, "the document has too many values");
	if (!level) {
		tree->root = steal_ptr(own);
	} else if (cJSON_IsArray(level->container)) {
		done = cJSON_AddItemToArray(level->container, value);
	} else if (level->key) {
		key = steal_ptr(level->key);
		done = cJSON_AddItemToObject(level->container, key, value);
	} else {
		if (!cJSON_IsString(value))
			return refuse_document(tree, mark, "a key is not a text");
		level->key = strdup(value->valuestring);
		return level->key ? 0 : fail_without_memory(tree);
	}
	if (!done)
		return fail_without_memory(tree);
	own = NULL;
	return 0;
}

/* Records an anchor. Returns 0 or -errno. *ret_anchor: 1 + the index of the anchor; 0 if name is
 * NULL, because the node has no anchor. */
static int name_anchor(struct tree *tree, const yaml_char_t *name, size_t *ret_anchor)
{
	struct tree_anchor *anchors;
	char *copy;

	*ret_anchor = 0;
	if (!name)
		return 0;
	anchors = reallocarray(tree->anchors, tree->n_anchors + 1, sizeof(*anchors));
	if (!anchors)
		return fail_without_memory(tree);
	tree->anchors = anchors;
	copy = strdup((const char *)name);
	if (!copy)
		return fail_without_memory(tree);
	anchors[tree->n_anchors++] = (struct tree_anchor){.name = copy};
	*ret_anchor = tree->n_anchors;
	return 0;
}

static bool is_null(const yaml_event_t *event)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		    !strcmp((const char *)event->data.scalar.value, words[i]))
			return true;
	return false;
}

static int put_scalar(struct tree *tree, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	bool is_key = tree->depth && cJSON_IsObject(tree->levels[tree->depth - 1].container) &&
		      !tree->levels[tree->depth - 1].key;
	cJSON *value;
	size_t anchor;
	int r;

	if (strlen(text) != event->data.scalar.length)
		return refuse_document(tree, &event->start_mark, "a NUL character");
	r = name_anchor(tree, event->data.scalar.anchor, &anchor);
	if (r < 0)
		return r;
	value = is_null(event) && !is_key ? cJSON_CreateNull() : cJSON_CreateString(text);
	r = put_value(tree, value, &event->start_mark);
	/* no alias can name a key: a key is no value of the tree */
	if (r == 0 && anchor && !is_key)
		tree->anchors[anchor - 1].value = value;
	return r;
}

static int open_container(struct tree *tree, const yaml_event_t *event, cJSON *container,
			  const yaml_char_t *anchor)
{
	struct level level = {.container = container};
	int r;

	if (tree->depth == DSL_DEPTH_MAX) {
		cJSON_Delete(container);
		return refuse_document(tree, &event->start_mark, "it is nested too deep");
	}
	r = put_value(tree, container, &event->start_mark);
	if (r == 0)
		r = name_anchor(tree, anchor, &level.anchor);
	if (r == 0)
		tree->levels[tree->depth++] = level;
	return r;
}

static void close_container(struct tree *tree)
{
	struct level *level = &tree->levels[--tree->depth];

	if (level->anchor)
		tree->anchors[level->anchor - 1].value = level->container;
}

static int put_alias(struct tree *tree, const yaml_event_t *event)
{
	const cJSON *value = NULL;
	size_t nodes, deepest = 0;

	if (++tree->n_aliases > DSL_ALIAS_MAX)
		return refuse_document(tree, &event->start_mark, "too many aliases");
	/* if a name has several anchors, the last one counts */
	for (size_t i = tree->n_anchors; i-- > 0;)
		if (!strcmp(tree->anchors[i].name, (const char *)event->data.alias.anchor)) {
			value = tree->anchors[i].value;
			break;
		}
	if (!value)
		return refuse_document(tree, &event->start_mark,
				       "an alias without its anchor before it");
	nodes = weigh_value(value, tree->depth, &deepest);
	if (deepest > DSL_DEPTH_MAX || tree->n_nodes + nodes > DSL_EXPANSION_MAX)
		return refuse_document(tree, &event->start_mark, "an alias stands for too much");
	tree->n_nodes += nodes - 1;
	return put_value(tree, cJSON_Duplicate(value, true), &event->start_mark);
}

static int put_event(struct tree *tree, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (tree->root)
			return refuse_document(tree, &event->start_mark, "a second document");
		return 0;
	case YAML_SCALAR_EVENT:
		return put_scalar(tree, event);
	case YAML_ALIAS_EVENT:
		return put_alias(tree, event);
	case YAML_MAPPING_START_EVENT:
		return open_container(tree, event, cJSON_CreateObject(),
				      event->data.mapping_start.anchor);
	case YAML_SEQUENCE_START_EVENT:
		return open_container(tree, event, cJSON_CreateArray(),
				      event->data.sequence_start.anchor);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_container(tree);
		return 0;
	default:
		return 0;
	}
}

static int read_tree_events(struct tree *tree)
{
	yaml_event_t event;
	bool end = false;
	int r = 0;

	while (r == 0 && !end) {
		if (!yaml_parser_parse(&tree->parser, &event)) {
			if (tree->parser.error == YAML_MEMORY_ERROR)
				return fail_without_memory(tree);
			return refuse_document(tree, &tree->parser.problem_mark,
					       tree->parser.problem ? tree->parser.problem
								    : "not YAML");
		}
		end = event.type == YAML_STREAM_END_EVENT;
		r = put_event(tree, &event);
		yaml_event_delete(&event);
	}
	if (r == 0 && !tree->root)
		r = err_set(tree->err, EINVAL, "it is empty");
	return r;
}

int yaml_tree_read(const char *text, size_t size, cJSON **ret_tree, struct err *err)
{
	struct tree tree = {.err = err};
	int r;

	if (!yaml_parser_initialize(&tree.parser))
		return fail_without_memory(&tree);
	yaml_parser_set_encoding(&tree.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&tree.parser, (const unsigned char *)text, size);
	r = read_tree_events(&tree);
	yaml_parser_delete(&tree.parser);
	while (tree.depth)
		free(tree.levels[--tree.depth].key);
	for (size_t i = 0; i < tree.n_anchors; i++)
		free(tree.anchors[i].name);
	free(tree.anchors);
	if (r == 0)
		*ret_tree = steal_ptr(tree.root);
	cJSON_Delete(tree.root);
	return r;
}
