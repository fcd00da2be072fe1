/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_ANCHORS_H
#define COCFS_JOB_DSL_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The anchors of a document, in the order of the text. Zero-initialise it. Pure. */
struct dsl_anchors {
	uint32_t *hashes; /* of the names: all that most look-ups read */
	struct dsl_anchor *anchors;
	size_t n_anchors, room;
	struct buf names; /* one after the other */
};

void dsl_anchors_finish(struct dsl_anchors *anchors);

/* Adds an anchor of a node. Returns 0, -ENOMEM. */
int dsl_anchors_add(struct dsl_anchors *anchors, const char *name, uint32_t node);

/* Finds the node that an alias stands for: that of the last anchor of its name, as an anchor may be
 * set again. Returns false if there is none. */
bool dsl_anchors_find(const struct dsl_anchors *anchors, const char *name, uint32_t *ret_node);

#endif
