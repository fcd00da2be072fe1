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
 * A parsed document, as the checks of level dsl need it. Its nodes are in the order of the text,
 * each collection before what is in it: so a subtree is a range, and no walk needs recursion. An
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

/* The node itself, or what it stands for if it is an alias. */
size_t dsl_resolve(const struct dsl_tree *tree, size_t node);

/* The value of a scalar: size bytes, not NUL-terminated. */
const char *dsl_text(const struct dsl_tree *tree, size_t scalar, size_t *ret_size);

/* Is the node a scalar of this text? */
bool dsl_is_text(const struct dsl_tree *tree, size_t node, const char *word);

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
