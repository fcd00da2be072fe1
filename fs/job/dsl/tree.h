/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_TREE_H
#define COCFS_JOB_DSL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "bounds/job.h"
#include "job/dsl/check.h"

/*
 * A parsed document, for the checks of level dsl. The nodes are in the order of the text, and a
 * collection stands before its content. So a subtree is a range of nodes, and no walk needs
 * recursion. An alias is a node that names its target: nothing is ever expanded. Pure.
 */

enum dsl_kind { DSL_SCALAR, DSL_SEQUENCE, DSL_MAPPING, DSL_ALIAS };

struct dsl_node {
	enum dsl_kind kind;
	bool plain;	       /* scalar: not in quotes, no block text (| or >), no tag */
	bool merge;	       /* scalar: has the tag of merge keys (!!merge) */
	bool half;	       /* scalar: has half of a surrogate pair, which UTF-8 cannot hold */
	unsigned line, column; /* both from 1 */
	uint32_t end;	     /* the index behind the last node of the subtree; 0 while it is open */
	uint32_t target;     /* alias: the node that it names, which is no alias */
	uint32_t text, size; /* scalar: offset and size of its value in dsl_tree.text */
	uint32_t expanded;   /* how many nodes the subtree has with all aliases expanded */
	uint32_t height;     /* levels of nested collections, aliases expanded; scalar: 0 */
};

/* The tree of one document; nodes[0] is its root. Zero-initialise the struct; dsl_tree_finish()
 * frees. */
struct dsl_tree {
	struct dsl_node *nodes;
	size_t n_nodes;	 /* nodes in use; 0: the text could not be parsed */
	size_t room;	 /* nodes for which memory is allocated */
	struct buf text; /* the values of all scalars, one after the other */
};

/* No node: an index that no tree has. */
#define DSL_NOWHERE ((size_t)-1)

/* Frees the memory of a tree, and leaves the tree empty. */
void dsl_tree_finish(struct dsl_tree *tree);
#define _cleanup_dsl_tree_ __attribute__((cleanup(dsl_tree_finish)))

/* Returns the target of an alias, and any other node itself. */
size_t dsl_resolve(const struct dsl_tree *tree, size_t node);

/* Returns the value of a scalar: *ret_size bytes, without a NUL. scalar must not be an alias. */
const char *dsl_text(const struct dsl_tree *tree, size_t scalar, size_t *ret_size);

/* Is the node a scalar with this text? Resolve an alias first. */
bool dsl_is_text(const struct dsl_tree *tree, size_t node, const char *word);

/* Is the node a scalar that YAML reads as null: empty, "~" or "null", without quotes? Resolve an
 * alias first. */
bool dsl_is_null(const struct dsl_tree *tree, size_t node);

/* Fills an empty finding with a sentence and its place. Returns 0 or -ENOMEM. */
int dsl_finding_set(struct dsl_finding *finding, unsigned line, unsigned column, const char *fmt,
		    ...) __attribute__((format(printf, 4, 5)));

/*
 * The beginning of a text of the document, for a message: at most DSL_EXCERPT_CHARS code points. A
 * cut text ends in "…". A '?' stands for each character that may not be shown (base/shown.h).
 */
struct dsl_excerpt {
	char text[DSL_EXCERPT_CHARS * 4 + sizeof("…")];
};
struct dsl_excerpt dsl_excerpt(const char *text, size_t size);

#endif
