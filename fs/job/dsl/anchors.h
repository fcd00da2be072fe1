/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_ANCHORS_H
#define COCFS_JOB_DSL_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The anchors (&NAME) of a document, in the order of the text. Zero-initialise the struct. Pure. */
struct dsl_anchors {
	uint32_t *hashes; /* hashes of the anchors' names: most look-ups read nothing else */
	struct dsl_anchor *anchors;
	size_t n_anchors, room; /* room: anchors for which memory is allocated */
	struct buf names;	/* the names of all anchors, one after the other */
};

/* Frees the memory. Afterwards the struct is empty. */
void dsl_anchors_finish(struct dsl_anchors *anchors);

/* Adds the anchor &NAME of a node, given by its index in the tree. Returns 0 or -ENOMEM. */
int dsl_anchors_add(struct dsl_anchors *anchors, const char *name, uint32_t node);

/* Finds the node that the alias *NAME stands for. If several nodes have the anchor &NAME, the node
 * that was added last counts. Returns false if no node has this anchor. */
bool dsl_anchors_find(const struct dsl_anchors *anchors, const char *name, uint32_t *ret_node);

#endif
