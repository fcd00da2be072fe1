/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/regions.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

static const char *scalar_text(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
						      : NULL;
}

/* Returns the value of a key in a mapping, or NULL. compare is strcmp or strcasecmp. */
static yaml_node_t *mapping_member(yaml_document_t *document, const yaml_node_t *mapping,
				   const char *key, int (*compare)(const char *, const char *))
{
	if (!mapping || mapping->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
	     pair < mapping->data.mapping.pairs.top; pair++) {
		const char *name = scalar_text(yaml_document_get_node(document, pair->key));

		if (name && !compare(name, key))
			return yaml_document_get_node(document, pair->value);
	}
	return NULL;
}

static yaml_node_t *sequence_item(yaml_document_t *document, const yaml_node_t *sequence, size_t n)
{
	yaml_node_item_t *items = sequence->data.sequence.items.start;

	if (n >= (size_t)(sequence->data.sequence.items.top - items))
		return NULL;
	return yaml_document_get_node(document, items[n]);
}

/* Returns the URL of an entry {id, endpoint, endpoints}: its endpoint, else the first of its
 * endpoints. NULL: the entry has neither. */
static const char *first_url(yaml_document_t *document, const yaml_node_t *entry)
{
	const char *url = scalar_text(mapping_member(document, entry, "endpoint", strcmp));
	const yaml_node_t *several;

	if (url && *url)
		return url;
	several = mapping_member(document, entry, "endpoints", strcmp);
	if (!several || several->type != YAML_SEQUENCE_NODE)
		return NULL;
	url = scalar_text(sequence_item(document, several, 0));
	return url && *url ? url : NULL;
}

static int find_region(yaml_document_t *document, const char *service, const char *region,
		       char **ret_url)
{
	const yaml_node_t *root = yaml_document_get_root_node(document), *entries, *entry;
	const char *url = NULL;

	if (!root)
		return -ENOENT; /* the file is empty */
	if (root->type != YAML_MAPPING_NODE)
		return -EINVAL;
	entries = mapping_member(document, root, service, strcasecmp);
	if (!entries)
		return -ENOENT;
	if (entries->type != YAML_SEQUENCE_NODE)
		return -EINVAL;
	/* if a region has two entries, the last one counts, as in the SDKs */
	for (size_t i = 0; (entry = sequence_item(document, entries, i)); i++) {
		const char *id = scalar_text(mapping_member(document, entry, "id", strcmp));
		const char *here = first_url(document, entry);

		if (id && here && !strcmp(id, region))
			url = here;
	}
	if (!url)
		return -ENOENT;
	url = strdup(url);
	if (!url)
		return -ENOMEM;
	*ret_url = (char *)url;
	return 0;
}

int regions_find(const char *text, size_t size, const char *service, const char *region,
		 char **ret_url)
{
	yaml_document_t document;
	yaml_parser_t parser;
	int r;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	if (yaml_parser_load(&parser, &document)) {
		r = find_region(&document, service, region, ret_url);
		yaml_document_delete(&document);
	} else {
		r = parser.error == YAML_MEMORY_ERROR ? -ENOMEM : -EINVAL;
	}
	yaml_parser_delete(&parser);
	return r;
}
