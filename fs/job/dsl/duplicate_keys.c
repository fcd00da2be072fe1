/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/dsl/duplicate_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "job/dsl/hash.h"

/*
 * Finds keys that stand twice in one mapping. libyaml does not look for them. Programs differ in
 * which of the two values they take, so the job might do something else than its author expects.
 *
 * Two scalars are the same key if they have the same text, quoted or not: YAML tells 1 from "1",
 * but many programs do not. Two collections are the same key if they have the same hash. The hash
 * is made of the texts and kinds of their nodes; the order of a mapping's keys does not matter. An
 * alias of a scalar counts as that scalar. Two aliases of one collection are the same key. The keys
 * of a mapping are sorted by hash, then by text. So no choice of keys makes the search slower than
 * n log n.
 */

struct mapping_key {
	uint64_t hash;
	const char *text; /* NULL: the key is no scalar */
	size_t size;
	size_t node;
};

/* Makes the hash of a node that is no scalar. hashes must already have the hashes of all scalars,
 * and of all nodes behind this node. */
static uint64_t hash_node(const struct dsl_tree *tree, const uint64_t *hashes, size_t index)
{
	const struct dsl_node *node = &tree->nodes[index];
	uint64_t hash = dsl_mix_bits((uint64_t)node->kind + 1);
	size_t target = dsl_resolve(tree, index), value;

	switch (tree->nodes[target].kind) {
	case DSL_SCALAR:
		return hashes[target];
	case DSL_SEQUENCE:
		if (target != index)
			return dsl_mix_bits(hash + target);
		for (size_t at = index + 1; at < node->end; at = tree->nodes[at].end)
			hash = dsl_mix_bits(hash + hashes[at]);
		return hash;
	default:
		if (target != index)
			return dsl_mix_bits(hash + target);
		for (size_t at = index + 1; at < node->end; at = tree->nodes[value].end) {
			value = tree->nodes[at].end;
			hash += dsl_mix_bits(hashes[at] + dsl_mix_bits(hashes[value]));
		}
		return dsl_mix_bits(hash);
	}
}

/* Makes the hashes of all nodes. First the hashes of the scalars: an alias then copies the hash of
 * its scalar, so a long text is read once, even if it has many aliases. Then the others, from the
 * last node to the first, because a collection stands before its content. */
static void hash_nodes(const struct dsl_tree *tree, uint64_t *hashes)
{
	size_t size;
	const char *text;

	for (size_t i = 0; i < tree->n_nodes; i++) {
		if (tree->nodes[i].kind != DSL_SCALAR)
			continue;
		text = dsl_text(tree, i, &size);
		hashes[i] = dsl_hash_text(text, size);
	}
	for (size_t i = tree->n_nodes; i-- > 0;)
		if (tree->nodes[i].kind != DSL_SCALAR)
			hashes[i] = hash_node(tree, hashes, i);
}

/* Compares two keys, by an order in which same keys stand next to each other. Returns 0 if they are
 * the same. Keys that are no scalars count as the same if their hashes are equal. */
static int compare_content(const struct mapping_key *a, const struct mapping_key *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (!a->text || !b->text)
		return (a->text != NULL) - (b->text != NULL);
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	/* aliases of one scalar have the same pointer: do not compare their text */
	return a->text == b->text ? 0 : memcmp(a->text, b->text, a->size);
}

static int compare_keys(const void *a, const void *b)
{
	const struct mapping_key *x = a, *y = b;
	int order = compare_content(x, y);

	return order ? order : (x->node > y->node) - (x->node < y->node);
}

/* Returns the node of the first key in a mapping that repeats an earlier key; then *ret_first is
 * the node of that earlier key. Returns DSL_NOWHERE if no key is repeated. keys: room for all keys
 * of the mapping. */
static size_t find_in_mapping(const struct dsl_tree *tree, const uint64_t *hashes, size_t mapping,
			      struct mapping_key *keys, size_t *ret_first)
{
	size_t n = 0, found = DSL_NOWHERE;

	for (size_t at = mapping + 1; at < tree->nodes[mapping].end;
	     at = tree->nodes[tree->nodes[at].end].end) {
		size_t target = dsl_resolve(tree, at);
		struct mapping_key *key = &keys[n++];

		*key = (struct mapping_key){.hash = hashes[at], .node = at};
		if (tree->nodes[target].kind == DSL_SCALAR)
			key->text = dsl_text(tree, target, &key->size);
	}
	qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 1, group = 0; i < n; i++) {
		if (compare_content(&keys[group], &keys[i]) != 0) {
			group = i;
		} else if (i == group + 1 && keys[i].node < found) {
			found = keys[i].node;
			*ret_first = keys[group].node;
		}
	}
	return found;
}

int dsl_find_duplicate_key(const struct dsl_tree *tree, struct dsl_finding *finding)
{
	_cleanup_free_ uint64_t *hashes = NULL;
	_cleanup_free_ struct mapping_key *keys = NULL;
	size_t found = DSL_NOWHERE, first = 0, target, size;
	const char *text;

	hashes = calloc(tree->n_nodes, sizeof(*hashes));
	keys = calloc(tree->n_nodes / 2 + 1, sizeof(*keys));
	if (!hashes || !keys)
		return -ENOMEM;
	hash_nodes(tree, hashes);
	for (size_t i = 0; i < tree->n_nodes; i++) {
		size_t second, before = 0;

		if (tree->nodes[i].kind != DSL_MAPPING)
			continue;
		second = find_in_mapping(tree, hashes, i, keys, &before);
		if (second < found) {
			found = second;
			first = before;
		}
	}
	if (found == DSL_NOWHERE)
		return 0;
	target = dsl_resolve(tree, found);
	if (tree->nodes[target].kind != DSL_SCALAR)
		return dsl_finding_set(finding, tree->nodes[found].line, tree->nodes[found].column,
				       "the same key stands in this mapping already, at %u:%u",
				       tree->nodes[first].line, tree->nodes[first].column);
	text = dsl_text(tree, target, &size);
	return dsl_finding_set(
		finding, tree->nodes[found].line, tree->nodes[found].column,
		"the key \"%s\" stands in this mapping already, at %u:%u: remove one "
		"of them",
		dsl_excerpt(text, size).text, tree->nodes[first].line, tree->nodes[first].column);
}
