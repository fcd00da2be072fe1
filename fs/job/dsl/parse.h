/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_PARSE_H
#define COCFS_JOB_DSL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "bounds/job.h"
#include "cocfs/dsl.h"

/*
 * A parsed document, as the checks of level dsl need it: its nodes in the order of the text, each
 * collection before what is in it, so that a subtree is a range and no walk needs recursion. An
 * alias is a node that names the node it stands for: nothing is ever expanded. Pure.
 */

enum dsl_kind { DSL_SCALAR, DSL_SEQUENCE, DSL_MAPPING, DSL_ALIAS };

struct dsl_node {
	enum dsl_kind kind;
	bool plain;	       /* scalar: neither quoted nor a block nor tagged */
	bool merge;	       /* scalar: tagged as a merge key (!!merge) */
	bool half;	       /* scalar: half of a surrogate pair is in it, which no UTF-8 holds */
	unsigned line, column; /* 1-based */
	uint32_t end;	       /* index after the last node of the subtree; 0 while it is open */
	uint32_t target;       /* alias: the node it stands for, never an alias itself */
	uint32_t text, size;   /* scalar: where its value is in the tree's text */
	uint32_t expanded;     /* nodes that a reader that expands the aliases builds for it */
	uint32_t height;       /* collections within each other, with aliases expanded */
};

/* Zero-initialise it; dsl_tree_finish() gives its memory back. nodes[0] is the root. */
struct dsl_tree {
	struct dsl_node *nodes;
	size_t n_nodes; /* 0: the text could not be read */
	size_t room;
	struct buf text; /* values of scalars, one after the other */
};

/* Not a node. */
#define DSL_NOWHERE ((size_t)-1)

/* Gives the tree's memory back and leaves it empty. */
void dsl_tree_finish(struct dsl_tree *tree);
#define _cleanup_dsl_tree_ __attribute__((cleanup(dsl_tree_finish)))

/*
 * Reads a document. Fills tree (empty before) whenever the text parses as YAML, and finding (its
 * text NULL before; owned by the caller afterwards) with the first thing that level yaml refuses.
 * Returns 0 in both cases, -ENOMEM.
 */
int dsl_parse(const void *content, size_t size, struct dsl_tree *tree, struct dsl_finding *finding);

/*
 * Looks for a key that stands twice in one mapping, anywhere. Fills finding with the first second
 * one in the order of the text. Returns 0, -ENOMEM.
 */
int dsl_find_duplicate_key(const struct dsl_tree *tree, struct dsl_finding *finding);

/* The node itself, or what it stands for if it is an alias. */
size_t dsl_resolve(const struct dsl_tree *tree, size_t node);

/* The value of a scalar: size bytes, not NUL-terminated. */
const char *dsl_text(const struct dsl_tree *tree, size_t scalar, size_t *ret_size);

/* Is the node a scalar of this text? */
bool dsl_is_text(const struct dsl_tree *tree, size_t node, const char *word);

/* Is the key of a mapping a merge key: "<<", or what is tagged so, or an alias of one? */
bool dsl_is_merge_key(const struct dsl_tree *tree, size_t key);

/*
 * The value of a key in a mapping (an alias is not resolved), the last one if there are several, as
 * most readers of YAML take it; one that a merge key brings in if the mapping has none of its own;
 * DSL_NOWHERE if there is none or mapping is not a mapping.
 */
size_t dsl_get(const struct dsl_tree *tree, size_t mapping, const char *key);

/* Is it a scalar that YAML reads as null: nothing, "~" or "null", not quoted? */
bool dsl_is_null(const struct dsl_tree *tree, size_t node);

/* Puts a sentence and its place into an empty finding. Returns 0, -ENOMEM. */
int dsl_finding_set(struct dsl_finding *finding, unsigned line, unsigned column, const char *fmt,
		    ...) __attribute__((format(printf, 4, 5)));

/*
 * The beginning of a text of the document, fit for a message: at most DSL_EXCERPT_CHARS code
 * points, "…" where it is cut, '?' for what is not shown as it is (base/shown.h).
 */
struct dsl_excerpt {
	char text[DSL_EXCERPT_CHARS * 4 + sizeof("…")];
};
struct dsl_excerpt dsl_excerpt(const char *text, size_t size);

#endif
