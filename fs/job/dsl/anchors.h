/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_ANCHORS_H
#define COCFS_JOB_DSL_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The anchors of a document, in the order of the text. Zero-initialise the struct. Pure. */
struct dsl_anchors {
	uint32_t *hashes; /* of the names: most look-ups read nothing else */
	struct dsl_anchor *anchors;
	size_t n_anchors, room;
	struct buf names; /* the names of all anchors, one after the other */
};

void dsl_anchors_finish(struct dsl_anchors *anchors);

/* Adds an anchor of a node. Returns 0 or -ENOMEM. */
int dsl_anchors_add(struct dsl_anchors *anchors, const char *name, uint32_t node);

/* Finds the node that an alias stands for. An anchor may be set again: the last one of the name
 * counts. Returns false if there is none. */
bool dsl_anchors_find(const struct dsl_anchors *anchors, const char *name, uint32_t *ret_node);

#endif
