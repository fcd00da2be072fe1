/* SPDX-License-Identifier: MIT */
/*
 * The value of a key, with merge keys: what "<<" names is added to the mapping it stands in. Nobody
 * knows whether the service's reader takes merge keys, so a document that has a key only through
 * one is not refused for the want of it. A key of the mapping's own counts more, and in a list of
 * mappings the first that has the key.
 *
 * An alias stands after what it means and not within it, and the size of a document with its
 * aliases expanded is bounded, so a look-up ends, within as many steps.
 */
#define _GNU_SOURCE
#include "job/dsl/merge.h"

bool dsl_is_merge_key(const struct dsl_tree *tree, size_t key)
{
	size_t scalar = dsl_resolve(tree, key);

	/* in quotes it is a key like any other */
	return tree->nodes[scalar].merge ||
	       (tree->nodes[scalar].plain && dsl_is_text(tree, scalar, "<<"));
}

/* Looks for a key among what a merge key names. */
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
	/* "<<" stands once, but what is tagged as a merge key may have any text */
	for (size_t at = mapping + 1; found == DSL_NOWHERE && at < end;
	     at = nodes[nodes[at].end].end)
		if (dsl_is_merge_key(tree, at))
			found = get_merged(tree, nodes[at].end, key);
	return found;
}
