/* SPDX-License-Identifier: MIT */
/*
 * Finds the value of a key, with merge keys. The value of the key "<<" is another mapping: its keys
 * are added to the mapping in which "<<" stands. Nobody knows whether the service's parser takes
 * merge keys. So a document is not refused for a missing key that a merge key brings in. A key of
 * the mapping itself counts more than a merged key. In a list of mappings the first mapping that
 * has the key counts.
 *
 * A look-up follows aliases, and still ends: an alias stands behind the node that it names, and not
 * within that node. The look-up takes at most DSL_EXPANSION_MAX steps, the bound of a document with
 * all aliases expanded.
 */
#define _GNU_SOURCE
#include "job/dsl/merge.h"

bool dsl_is_merge_key(const struct dsl_tree *tree, size_t key)
{
	size_t scalar = dsl_resolve(tree, key);

	/* a "<<" in quotes is a key like any other */
	return tree->nodes[scalar].merge ||
	       (tree->nodes[scalar].plain && dsl_is_text(tree, scalar, "<<"));
}

/* The value of a merge key (<<) is a mapping or a list of mappings. Looks for a key there, in a
 * list from the first mapping to the last. Returns the node of the key's value, or DSL_NOWHERE. */
static size_t get_merged(const struct dsl_tree *tree, size_t value, const char *key)
{
	size_t source = dsl_resolve(tree, value), found = DSL_NOWHERE;

	if (tree->nodes[source].kind == DSL_MAPPING)
		return dsl_get(tree, source, key);
	if (tree->nodes[source].kind != DSL_SEQUENCE)
		return DSL_NOWHERE;
	for (size_t at = source + 1; found == DSL_NOWHERE && at < tree->nodes[source].end;
	     at = tree->nodes[at].end)
		found = dsl_get(tree, dsl_resolve(tree, at), key);
	return found;
}

size_t dsl_get(const struct dsl_tree *tree, size_t mapping, const char *key)
{
	const struct dsl_node *nodes = tree->nodes;
	size_t end = nodes[mapping].end, found = DSL_NOWHERE;

	if (nodes[mapping].kind != DSL_MAPPING)
		return DSL_NOWHERE;
	for (size_t at = mapping + 1; at < end; at = nodes[nodes[at].end].end)
		if (dsl_is_text(tree, dsl_resolve(tree, at), key))
			found = nodes[at].end;
	/* several keys may have the tag of merge keys: the first with a value counts */
	for (size_t at = mapping + 1; found == DSL_NOWHERE && at < end;
	     at = nodes[nodes[at].end].end)
		if (dsl_is_merge_key(tree, at))
			found = get_merged(tree, nodes[at].end, key);
	return found;
}
