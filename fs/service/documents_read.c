/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "service/documents.h"
#include "service/fields.h"

/* Adds a text, or null. Returns false when out of memory. */
static bool add_text(cJSON *object, const char *name, const char *text)
{
	return text ? cJSON_AddStringToObject(object, name, text) != NULL
		    : cJSON_AddNullToObject(object, name) != NULL;
}

static bool add_number(cJSON *object, const char *name, int64_t number)
{
	return cJSON_AddNumberToObject(object, name, (double)number) != NULL;
}

static bool add_version(cJSON *object, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "v%" PRId64, number);
	return add_text(object, "version", text);
}

/* The fields that list and show have in common. */
static bool add_common(cJSON *object, const struct store_document *document)
{
	return add_text(object, "document_id", document->document_id) &&
	       add_text(object, "name", document->name) &&
	       add_number(object, "create_time", document->create_time_ms) &&
	       add_number(object, "update_time", document->update_time_ms) &&
	       add_version(object, document->version) &&
	       add_text(object, "creator", document->creator) &&
	       add_text(object, "modifier", document->modifier) &&
	       add_text(object, "enterprise_project_id", document->enterprise_project_id);
}

/* Appends an empty object to an array. NULL when out of memory. */
static cJSON *append_object(cJSON *array)
{
	cJSON *object = cJSON_CreateObject();

	return cJSON_AddItemToArray(array, object) ? object : NULL;
}

static int append_row(void *data, const struct store_document *document)
{
	cJSON *rows = data, *row = append_object(rows);

	return row && add_common(row, document) ? 0 : -ENOMEM;
}

void documents_list(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *answer = cJSON_CreateObject();
	cJSON *rows = cJSON_AddArrayToObject(answer, "data");
	struct store_filter filter = {0};
	struct err err = {0};
	int64_t total = 0;
	bool public;

	if (!fields_query_text(call->request, "name_like", COC_NAME_MAX_CHARS, &filter.name_like,
			       reply) ||
	    !fields_query_text(call->request, "creator", COC_NAME_MAX_CHARS, &filter.creator,
			       reply) ||
	    !fields_query_text(call->request, "enterprise_project_id", COC_PROJECT_MAX_CHARS,
			       &filter.enterprise_project_id, reply) ||
	    !fields_query_number(call->request, "limit", 1, SERVICE_LIST_MAX, SERVICE_LIST_DEFAULT,
				 &filter.limit, reply) ||
	    !fields_query_number(call->request, "offset", 0, INT32_MAX, 0, &filter.offset, reply) ||
	    !fields_query_type(call->request, &public, reply))
		return;
	if (!public && store_list(call->store, &filter, append_row, rows, &total, &err) < 0) {
		if (err.errnum)
			documents_failed(&err, call->request, reply);
		return;
	}
	if (rows && add_number(answer, "total", total))
		reply_value(reply, steal_ptr(answer));
}

static int put_document(void *data, const struct store_document *document)
{
	cJSON *fields = data;

	return add_number(fields, "id", document->number) && add_common(fields, document) &&
			       add_text(fields, "content", document->content) &&
			       add_text(fields, "description", document->description) &&
			       add_text(fields, "risk_level", document->risk_level) &&
			       cJSON_AddArrayToObject(fields, "versions")
		       ? 0
		       : -ENOMEM;
}

static int append_version(void *data, const struct store_version *version)
{
	cJSON *row = append_object(cJSON_GetObjectItemCaseSensitive(data, "versions"));

	return row && add_version(row, version->number) &&
			       add_text(row, "version_uuid", version->uuid) &&
			       add_number(row, "create_time", version->create_time_ms)
		       ? 0
		       : -ENOMEM;
}

void documents_show(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *answer = cJSON_CreateObject();
	cJSON *fields = cJSON_AddObjectToObject(answer, "data");
	struct err err = {0};
	int64_t version;
	bool public;

	if (!fields_query_version(call->request, &version, reply) ||
	    !fields_query_type(call->request, &public, reply))
		return;
	/* none of the documents here is a public one */
	if (public)
		err_set(&err, ENOENT, "the document does not exist");
	else if (store_show(call->store, call->id, version, put_document, append_version, fields,
			    &err) == 0)
		return reply_value(reply, steal_ptr(answer));
	if (err.errnum)
		documents_failed(&err, call->request, reply);
}
